extension ExecCommand {
  /// The words of a command line, unquoted and unescaped as systemd does; specifiers, variables and prefixes stay as
  /// written, and so does an escape that systemd does not know. An unquoted `;` between words separates commands of
  /// one line; here it is a word like any other. Throws ``ExecCommandError/unbalancedQuotes``; no words are no error.
  public static func split(_ line: String) throws(ExecCommandError) -> [String] {
    try splitMarked(line).map(\.text)
  }

  /// The command that `line` is, prefixes apart. A specifier or variable is an error unless the command `expands`:
  /// then the words hold them as written. A line of several commands is an error, and so is one without a program or
  /// with an open quote (``ExecCommandError``).
  public init(parsing line: String, expands: Bool = false) throws(ExecCommandError) {
    let marked = try Self.splitMarked(line)
    if marked.contains(where: \.separates) { throw .severalCommands }
    var words = marked.map(\.text)
    guard let first = words.first else { throw .empty }
    let prefix = first.prefix { "@-:+!".contains($0) }
    let program = first.dropFirst(prefix.count)
    guard !program.isEmpty else { throw .empty }
    words[0] = String(program)
    if !expands {
      for index in words.indices {
        let hasVariables = index > 0 && !prefix.contains(":")
        words[index] = try Self.literal(words[index], variables: hasVariables)
      }
    }
    self.init(words, prefix: String(prefix), expands: expands)
  }

  /// A word, and whether it is the `;` between two commands.
  private struct Word {
    var text: String
    var separates: Bool
  }

  private static func splitMarked(_ line: String) throws(ExecCommandError) -> [Word] {
    var words: [Word] = []
    // A NUL ends a line for systemd, and no argument can hold one.
    var rest = Array(line.utf8.prefix { $0 != 0 })[...]
    while true {
      rest = rest.drop(while: \.isUnitWhitespace)
      guard !rest.isEmpty else { return words }
      let written = rest.prefix { !$0.isUnitWhitespace }
      if written.elementsEqual(";".utf8) || written.elementsEqual("\\;".utf8) {
        words.append(Word(text: ";", separates: written.count == 1))
        rest = rest.dropFirst(written.count)
      } else {
        words.append(Word(text: try nextWord(&rest), separates: false))
      }
    }
  }

  private static func literal(_ word: String, variables: Bool) throws(ExecCommandError) -> String {
    var text = ""
    var rest = word.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      text.unicodeScalars.append(scalar)
      guard scalar == "%" || variables && scalar == "$" else { continue }
      if rest.first == scalar {
        rest.removeFirst()
      } else if scalar == "%" || isVariable(rest) {
        throw .needsExpansion(word)
      }
    }
    return text
  }

  private static func isVariable(_ rest: Substring.UnicodeScalarView) -> Bool {
    guard let next = rest.first else { return false }
    return next == "{" || next == "_" || next.properties.isAlphabetic
  }

  /// The word at the start of `rest`, which has one.
  private static func nextWord(_ rest: inout ArraySlice<UInt8>) throws(ExecCommandError) -> String {
    var word: [UInt8] = []
    var quote: UInt8?
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\") {
        if let (bytes, length) = UnitEscape.read(rest) {
          word += bytes
          rest = rest.dropFirst(length)
        } else {
          word.append(byte)
          if let next = rest.popFirst() { word.append(next) }
        }
      } else if byte == quote {
        quote = nil
      } else if quote == nil, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if quote == nil, byte.isUnitWhitespace {
        break
      } else {
        word.append(byte)
      }
    }
    guard quote == nil else { throw .unbalancedQuotes }
    return String(decoding: word, as: UTF8.self)
  }
}
