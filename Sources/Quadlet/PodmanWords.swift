/// How the generator splits a value into words and joins words into a command line (pkg/systemd/parser/split.go). It
/// follows systemd but for details that show: an empty quoted word ends the list, and a space inside a word is
/// written `\x20`.
enum PodmanWords {
  /// Why a value has no words.
  enum SplitError: Error, CustomStringConvertible {
    case unknownEscape, openQuote

    /// The generator's own words.
    var description: String {
      switch self {
      case .unknownEscape: "unsupported escape char"
      case .openQuote: "unbalanced quotes"
      }
    }
  }

  /// Words separated by whitespace, quotes removed, backslashes kept (`SplitRetainEscape | SplitUnquote`).
  static func plain(_ value: String) throws(SplitError) -> [String] { try split(value, escapes: false) }

  /// Words separated by whitespace, quotes removed, C escapes replaced, an open quote accepted
  /// (`SplitRelax | SplitUnquote | SplitCUnescape`).
  static func escaped(_ value: String) throws(SplitError) -> [String] { try split(value, escapes: true) }

  /// Whether an empty quoted word keeps the words behind it from being read.
  static func isCutShort(_ value: String, escapes: Bool) -> Bool {
    var rest = Array(value.utf8)[...]
    if rest.allSatisfy(isOrdinary) { return false }
    while let word = try? nextWord(&rest, escapes: escapes) {
      if word.isEmpty { return !rest.allSatisfy(isSeparator) }
    }
    return false
  }

  private static func split(_ value: String, escapes: Bool) throws(SplitError) -> [String] {
    let bytes = Array(value.utf8)
    if bytes.allSatisfy(isOrdinary) {
      return bytes.split(whereSeparator: isSeparator).map { String(decoding: $0, as: UTF8.self) }
    }
    var words: [String] = []
    var rest = bytes[...]
    while let word = try nextWord(&rest, escapes: escapes), !word.isEmpty { words.append(word) }
    return words
  }

  private static func nextWord(
    _ rest: inout ArraySlice<UInt8>, escapes: Bool
  ) throws(SplitError) -> String? {
    rest = rest.drop(while: isSeparator)
    guard !rest.isEmpty else { return nil }
    var word: [UInt8] = []
    var quote: UInt8?
    while let byte = rest.popFirst() {
      if byte == 0 {
        rest = []
        break
      } else if escapes, byte == UInt8(ascii: "\\") {
        if rest.isEmpty { break }
        guard let (scalar, length) = CEscape.read(rest) else { throw .unknownEscape }
        word += Array(String(scalar).utf8)
        rest = rest.dropFirst(length)
      } else if byte == quote {
        quote = nil
      } else if quote == nil, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if quote == nil, isSeparator(byte) {
        return String(decoding: word, as: UTF8.self)
      } else {
        word.append(byte)
      }
    }
    if quote != nil, !escapes { throw .openQuote }
    return String(decoding: word, as: UTF8.self)
  }

  /// Whether `byte` ends a word outside quotes.
  static func isSeparator(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }

  /// Words as one command line.
  static func join(_ words: [String]) -> String {
    var line: [UInt8] = []
    line.reserveCapacity(words.reduce(0) { $0 + $1.utf8.count + 1 })
    for (index, word) in words.enumerated() {
      if index > 0 { line.append(UInt8(ascii: " ")) }
      line += quote(word).utf8
    }
    return String(decoding: line, as: UTF8.self)
  }

  /// Whether `byte` of a value stands for nothing but itself, be it a separator.
  static func isOrdinary(_ byte: UInt8) -> Bool {
    byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "'") && byte != 0
  }

  /// One word, in double quotes where it needs them. An empty word stays empty, as the generator leaves it.
  static func quote(_ word: String) -> String {
    let isBare = word.utf8.withContiguousStorageIfAvailable { bytes in
      bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F && isOrdinary($0) }
    }
    if isBare == true { return word }
    guard word.unicodeScalars.contains(where: needsEscape) else { return word }
    var quoted = "\""
    for scalar in word.unicodeScalars {
      switch scalar {
      case "\u{07}": quoted += "\\a"
      case "\u{08}": quoted += "\\b"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case "\u{0B}": quoted += "\\v"
      case "\u{0C}": quoted += "\\f"
      case "\\": quoted += "\\\\"
      case "\"": quoted += "\\\""
      case "'": quoted += "'"
      case _ where needsEscape(scalar):
        let digits = String(scalar.value, radix: 16)
        quoted += digits.count == 1 ? "\\x0\(digits)" : "\\x\(digits)"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  private static func needsEscape(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value <= 0x20 || scalar.value == 0x7F || scalar.value == 0x80 || scalar == "\"" || scalar == "'"
      || scalar == "\\"
  }
}
