/// A unit's text as Ignition reads it: the lexer of go-systemd, which judges the form and knows no directive.
struct UnitText {
  /// Why a text is refused, in go-systemd's words.
  struct Fault: Error {
    var message: String
  }

  /// Lines longer than this are refused, wherever the lexer notices.
  private static let lineLimit = 2048
  /// go-systemd reads through a buffer of this size, and notices a long line only within what is buffered.
  private static let bufferSize = 4096

  /// What the lexer does next. Between two steps it looks for a line that is too long.
  private enum Step {
    case section
    case sectionName
    case sectionEnd
    case sectionOrOption
    case optionName
    case optionValue
    case commentBeforeSections
    case comment
  }

  private let bytes: [UInt8]
  private var index = 0
  private var filled = 0
  private var isInstall = false
  private var hasOptionInInstall = false

  private init(_ text: String) { bytes = Array(text.utf8) }

  /// Whether the text has an `[Install]` section with something in it; throws where the text is no unit.
  static func hasInstall(_ text: String) throws(Fault) -> Bool {
    var lexer = UnitText(text)
    var step: Step? = .section
    while let current = step {
      if lexer.hasLongLine { throw Fault(message: "line too long (max \(lineLimit) bytes)") }
      step = try lexer.advance(current)
    }
    return lexer.hasOptionInInstall
  }

  private var hasLongLine: Bool {
    guard filled - index >= Self.lineLimit else { return false }
    return !bytes[index..<index + Self.lineLimit].contains { $0 == 0x0A || $0 == 0x0D }
  }

  private mutating func advance(_ step: Step) throws(Fault) -> Step? {
    switch step {
    case .section:
      guard let scalar = readScalar() else { return nil }
      if scalar == "[" { return .sectionName }
      return scalar == "#" || scalar == ";" ? .commentBeforeSections : .section
    case .sectionName:
      let (name, isClosed) = read(through: UInt8(ascii: "]"))
      if !isClosed { throw Fault(message: "unable to find end of section") }
      isInstall = name.elementsEqual("Install".utf8)
      return .sectionEnd
    case .sectionEnd:
      let line = readLine()
      if !Self.isBlank(line) {
        throw Fault(message: "found garbage after section name: \(String(decoding: line, as: UTF8.self))")
      }
      return .sectionOrOption
    case .sectionOrOption:
      let start = index
      guard let scalar = readScalar() else { return nil }
      if Self.isSpace(scalar) { return .sectionOrOption }
      if scalar == "[" { return .sectionName }
      if scalar == "#" || scalar == ";" { return .comment }
      index = start
      return .optionName
    case .optionName:
      try readOptionName()
      return .optionValue
    case .optionValue:
      let line = readLine()
      if line.last == UInt8(ascii: "\\") { return .optionValue }
      if isInstall { hasOptionInInstall = true }
      return .sectionOrOption
    case .commentBeforeSections:
      readComment()
      return .section
    case .comment:
      readComment()
      return .sectionOrOption
    }
  }

  private mutating func readOptionName() throws(Fault) {
    while true {
      guard let scalar = readScalar() else { throw Fault(message: "EOF") }
      if scalar == "\n" || scalar == "\r" {
        throw Fault(message: "unexpected newline encountered while parsing option name")
      }
      if scalar == "=" { return }
    }
  }

  private mutating func readComment() {
    while true {
      var line = readLine()
      if line.last == UInt8(ascii: " ") { line.removeLast() }
      if line.last != UInt8(ascii: "\\") { return }
    }
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII ? scalar == " " || (0x09...0x0D).contains(scalar.value) : scalar.properties.isWhitespace
  }

  private static func isBlank(_ line: ArraySlice<UInt8>) -> Bool {
    line.isEmpty || String(decoding: line, as: UTF8.self).unicodeScalars.allSatisfy(isSpace)
  }
}

// What is read of the text, and how far go-systemd's buffer would be filled by then.
extension UnitText {
  private mutating func fill() { filled = min(bytes.count, index + Self.bufferSize) }

  private mutating func readScalar() -> Unicode.Scalar? {
    if index == filled { fill() }
    guard index < filled else { return nil }
    let first = bytes[index]
    if first < 0x80 {
      index += 1
      return Unicode.Scalar(first)
    }
    let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    if filled - index < length { fill() }
    let text = String(decoding: bytes[index..<min(index + length, bytes.count)], as: UTF8.self)
    index = min(index + length, bytes.count)
    return text.unicodeScalars.first
  }

  /// Reads through `byte`; what stands before it, and whether it was found.
  private mutating func read(through byte: UInt8) -> (ArraySlice<UInt8>, Bool) {
    let start = index
    while true {
      if let found = bytes[index..<filled].firstIndex(of: byte) {
        index = found + 1
        return (bytes[start..<found], true)
      }
      if filled == bytes.count {
        index = filled
        return (bytes[start...], false)
      }
      if filled - index >= Self.bufferSize { index = filled } else { fill() }
    }
  }

  /// Reads to the end of a line. A carriage return stays before a newline, as in go-systemd, and goes only at the end
  /// of the text.
  private mutating func readLine() -> ArraySlice<UInt8> {
    let (line, isEnded) = read(through: UInt8(ascii: "\n"))
    return !isEnded && line.last == UInt8(ascii: "\r") ? line.dropLast() : line
  }
}
