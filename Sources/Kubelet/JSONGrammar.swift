/// The grammar of JSON (RFC 8259), a byte at a time: says what each byte is, and refuses what is no JSON. UTF-8 is not looked at.
struct JSONGrammar: Sendable {
  enum Structure: Sendable { case beginObject, endObject, beginArray, endArray, comma }

  /// What a byte is.
  enum Meaning: Sendable {
    /// White space, a colon, or within a number or a word.
    case nothing
    case beginString
    case inString
    case endString
    case null
    /// The last byte of `true` or `false`, or white space after a number.
    case scalar
    case structure(Structure)
    /// As `structure`, and the end of a number.
    case numberThen(Structure)
  }

  // Without payloads: it is looked at for every byte.
  private enum State: Sendable {
    case value, elementOrEnd, keyOrEnd, key, colon, afterValue
    case string, escape, unicode
    case word
    case minus, zero, whole, point, fraction, exponent, exponentSign, exponentDigits
  }

  /// As FoundationEssentials' decoder has it.
  private static let deepest = 512

  private var state = State.value
  /// How many containers are open.
  private(set) var depth = 0
  /// Whether each open container is an object; the first `depth` count.
  private var isObject = [Bool](repeating: false, count: deepest)
  /// Whether the string at hand, or the one before, is a key.
  private(set) var isKey = false
  /// What is still to come of an escape's four digits.
  private var digits = 0
  /// What is still to come of `null`, `true` or `false`.
  private var word: Substring.UTF8View = Substring().utf8
  private var isNull = false

  /// Whether the next byte is a string's content.
  var isInString: Bool { state == .string }
  /// Whether one value has been read, and nothing is open.
  var isWhole: Bool { depth == 0 && (state == .afterValue || isNumberComplete) }
  /// Whether the text's end would be a number's end.
  var endsNumber: Bool { depth == 0 && isNumberComplete }

  private var isNumberComplete: Bool {
    switch state {
    case .zero, .whole, .fraction, .exponentDigits: true
    default: false
    }
  }

  private static var fault: KubeletError { .malformed("no JSON") }

  /// The next byte.
  mutating func take(_ byte: UInt8) throws(KubeletError) -> Meaning {
    switch state {
    case .string: try inString(byte)
    case .escape, .unicode: try inEscape(byte)
    case .word: try inWord(byte)
    case .minus, .zero, .whole, .point, .fraction, .exponent, .exponentSign, .exponentDigits: try inNumber(byte)
    case .value, .elementOrEnd, .keyOrEnd, .key, .colon, .afterValue: try between(byte)
    }
  }

  private mutating func inString(_ byte: UInt8) throws(KubeletError) -> Meaning {
    switch byte {
    case UInt8(ascii: "\""):
      state = isKey ? .colon : .afterValue
      return .endString
    case UInt8(ascii: "\\"): state = .escape
    case 0..<0x20: throw Self.fault
    default: break
    }
    return .inString
  }

  private mutating func inEscape(_ byte: UInt8) throws(KubeletError) -> Meaning {
    switch (state, byte) {
    case (.escape, UInt8(ascii: "u")):
      state = .unicode
      digits = 4
    case (.escape, UInt8(ascii: "\"")), (.escape, UInt8(ascii: "\\")), (.escape, UInt8(ascii: "/")),
      (.escape, UInt8(ascii: "b")), (.escape, UInt8(ascii: "f")), (.escape, UInt8(ascii: "n")),
      (.escape, UInt8(ascii: "r")), (.escape, UInt8(ascii: "t")):
      state = .string
    case (.unicode, UInt8(ascii: "0")...UInt8(ascii: "9")), (.unicode, UInt8(ascii: "a")...UInt8(ascii: "f")),
      (.unicode, UInt8(ascii: "A")...UInt8(ascii: "F")):
      digits -= 1
      if digits == 0 { state = .string }
    default: throw Self.fault
    }
    return .inString
  }

  private mutating func inWord(_ byte: UInt8) throws(KubeletError) -> Meaning {
    guard byte == word.first else { throw Self.fault }
    word = word.dropFirst()
    guard word.isEmpty else { return .nothing }
    state = .afterValue
    return isNull ? .null : .scalar
  }

  private mutating func inNumber(_ byte: UInt8) throws(KubeletError) -> Meaning {
    switch (state, byte) {
    case (.minus, UInt8(ascii: "0")): state = .zero
    case (.minus, UInt8(ascii: "1")...UInt8(ascii: "9")): state = .whole
    case (.whole, UInt8(ascii: "0")...UInt8(ascii: "9")): break
    case (.zero, UInt8(ascii: ".")), (.whole, UInt8(ascii: ".")): state = .point
    case (.point, UInt8(ascii: "0")...UInt8(ascii: "9")): state = .fraction
    case (.fraction, UInt8(ascii: "0")...UInt8(ascii: "9")): break
    case (.zero, UInt8(ascii: "e")), (.zero, UInt8(ascii: "E")), (.whole, UInt8(ascii: "e")),
      (.whole, UInt8(ascii: "E")), (.fraction, UInt8(ascii: "e")), (.fraction, UInt8(ascii: "E")):
      state = .exponent
    case (.exponent, UInt8(ascii: "+")), (.exponent, UInt8(ascii: "-")): state = .exponentSign
    case (.exponent, UInt8(ascii: "0")...UInt8(ascii: "9")), (.exponentSign, UInt8(ascii: "0")...UInt8(ascii: "9")):
      state = .exponentDigits
    case (.exponentDigits, UInt8(ascii: "0")...UInt8(ascii: "9")): break
    default:
      guard isNumberComplete else { throw Self.fault }
      state = .afterValue
      return switch try between(byte) {
      case .structure(let structure): .numberThen(structure)
      default: .scalar
      }
    }
    return .nothing
  }

  private mutating func between(_ byte: UInt8) throws(KubeletError) -> Meaning {
    switch (byte, state) {
    case (UInt8(ascii: " "), _), (UInt8(ascii: "\t"), _), (UInt8(ascii: "\n"), _), (UInt8(ascii: "\r"), _):
      return .nothing
    case (UInt8(ascii: "\""), .key), (UInt8(ascii: "\""), .keyOrEnd):
      state = .string
      isKey = true
      return .beginString
    case (UInt8(ascii: ":"), .colon):
      state = .value
      return .nothing
    case (UInt8(ascii: ","), .afterValue) where depth > 0:
      state = isObject[depth - 1] ? .key : .value
      return .structure(.comma)
    case (UInt8(ascii: "}"), .keyOrEnd), (UInt8(ascii: "}"), .afterValue):
      return try close(object: true)
    case (UInt8(ascii: "]"), .elementOrEnd), (UInt8(ascii: "]"), .afterValue):
      return try close(object: false)
    case (_, .value), (_, .elementOrEnd): return try begin(byte)
    default: throw Self.fault
    }
  }

  private mutating func begin(_ byte: UInt8) throws(KubeletError) -> Meaning {
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard depth < Self.deepest else { throw .malformed("the JSON is nested too deeply") }
      let object = byte == UInt8(ascii: "{")
      isObject[depth] = object
      depth += 1
      state = object ? .keyOrEnd : .elementOrEnd
      return .structure(object ? .beginObject : .beginArray)
    case UInt8(ascii: "\""):
      state = .string
      isKey = false
      return .beginString
    case UInt8(ascii: "n"): expect("ull")
    case UInt8(ascii: "t"): expect("rue")
    case UInt8(ascii: "f"): expect("alse")
    case UInt8(ascii: "-"): state = .minus
    case UInt8(ascii: "0"): state = .zero
    case UInt8(ascii: "1")...UInt8(ascii: "9"): state = .whole
    default: throw Self.fault
    }
    return .nothing
  }

  private mutating func expect(_ rest: String) {
    state = .word
    isNull = rest == "ull"
    word = Substring(rest).utf8
  }

  private mutating func close(object: Bool) throws(KubeletError) -> Meaning {
    guard depth > 0, isObject[depth - 1] == object else { throw Self.fault }
    depth -= 1
    state = .afterValue
    return .structure(object ? .endObject : .endArray)
  }
}

extension JSONGrammar {
  /// The first byte from `start` that is not plain content of a string.
  static func plain(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
    var index = start
    // Eight bytes at a time: a byte's highest bit says that it is a quote, a backslash or below 0x20. What is above such a byte may
    // say so by mistake; the lowest does not.
    while index + 8 <= bytes.count {
      let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      let quote = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
      let backslash = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
      let found =
        ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash | (word &- ones &* 0x20) & ~word) & highs
      if found != 0 { return index + found.trailingZeroBitCount / 8 }
      index += 8
    }
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
      index += 1
    }
    return index
  }

  /// Goes over what lies deeper than `limit`, and whose meaning nobody asks for: most of what a kubelet says. Stops where it comes
  /// up again, and before what is not a string without escapes, a bracket, a comma, a colon or a space; `take` does those.
  /// - Returns: the first byte that it has not gone over.
  mutating func skip(_ bytes: UnsafeRawBufferPointer, from start: Int, deeperThan limit: Int) -> Int {
    var (index, state, depth, isKey) = (start, state, depth, isKey)
    defer { (self.state, self.depth, self.isKey) = (state, depth, isKey) }
    return isObject.withUnsafeMutableBufferPointer { isObject in
      while index < bytes.count {
        if state == .string {
          index = Self.plain(bytes, from: index)
          guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { return index }
          state = isKey ? .colon : .afterValue
          index += 1
          continue
        }
        switch (bytes[index], state) {
        case (UInt8(ascii: "\""), .key), (UInt8(ascii: "\""), .keyOrEnd): (state, isKey) = (.string, true)
        case (UInt8(ascii: "\""), .value), (UInt8(ascii: "\""), .elementOrEnd): (state, isKey) = (.string, false)
        case (UInt8(ascii: ":"), .colon): state = .value
        case (UInt8(ascii: ","), .afterValue): state = isObject[depth - 1] ? .key : .value
        case (UInt8(ascii: "{"), .value) where depth < Self.deepest,
          (UInt8(ascii: "{"), .elementOrEnd) where depth < Self.deepest:
          isObject[depth] = true
          depth += 1
          state = .keyOrEnd
        case (UInt8(ascii: "["), .value) where depth < Self.deepest,
          (UInt8(ascii: "["), .elementOrEnd) where depth < Self.deepest:
          isObject[depth] = false
          depth += 1
          state = .elementOrEnd
        case (UInt8(ascii: "}"), .keyOrEnd) where depth - 1 > limit,
          (UInt8(ascii: "}"), .afterValue) where depth - 1 > limit && isObject[depth - 1],
          (UInt8(ascii: "]"), .elementOrEnd) where depth - 1 > limit,
          (UInt8(ascii: "]"), .afterValue) where depth - 1 > limit && !isObject[depth - 1]:
          depth -= 1
          state = .afterValue
        case (UInt8(ascii: " "), .key), (UInt8(ascii: " "), .value): break
        default: return index
        }
        index += 1
      }
      return index
    }
  }
}
