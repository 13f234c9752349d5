public import Diagnostics

extension UnitFile {
  /// The file as text: `[Name]`, then `Key=Value` lines, an empty line between sections and a newline at the end;
  /// comments where they were.
  ///
  /// No key, value, name or comment can add a line of its own. A newline in a value is written as the space that a
  /// continuation line would be read as; what the syntax has no way to write is left out, and ``validate()`` says so
  /// beforehand. Two things go without a word, since systemd would not have read them: whitespace at the ends of a
  /// value, and a newline, CR or NUL in a comment, which is written as a space.
  public var text: String {
    var text = ""
    for section in sections {
      // Reading drops one empty line above a header, be it the first.
      if !text.isEmpty || section.leading.first == "" { text += "\n" }
      for line in section.leading { text += Self.comment(line) + "\n" }
      let name = String(section.name.unicodeScalars.filter(Self.isNameScalar))
      if !name.isEmpty { text += "[\(name)]\n" }
      for directive in section.directives where !name.isEmpty {
        let key = Self.written(key: directive.key)
        if key.isEmpty { continue }
        for line in directive.leading { text += Self.comment(line) + "\n" }
        text += "\(key)=\(Self.singleLine(directive.value))\n"
      }
      for line in section.trailing { text += Self.comment(line) + "\n" }
    }
    return text
  }

  /// Errors for what ``text`` cannot write as it is: a name or key with characters the syntax does not allow, a value
  /// with a newline or a NUL, or one that ends in a backslash.
  public func validate() -> Report {
    var report = Report()
    for section in sections {
      let isUnnamed = section.name.isEmpty && !section.directives.isEmpty
      if isUnnamed || !section.name.unicodeScalars.allSatisfy(Self.isNameScalar) {
        report.error("section name \(section.name.debugDescription) cannot be written", position: section.position)
      }
      for directive in section.directives {
        if directive.key.isEmpty || Self.written(key: directive.key) != directive.key {
          report.error("key \(directive.key.debugDescription) cannot be written", position: directive.position)
        }
        if Self.singleLine(directive.value) != directive.value {
          report.error(
            "value of \(directive.key) cannot be written: it has a newline, a NUL or a backslash at its end",
            position: directive.position)
        }
      }
    }
    return report
  }

  /// Whether a section's name may have `scalar`: no bracket, no control character (C0, DEL, C1).
  static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
    scalar != "[" && scalar != "]" && scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value)
  }

  /// `key` without what would end it, or make its line a header or a comment.
  private static func written(key: String) -> String {
    let isFine = key.utf8.allSatisfy(isPlain)
    if isFine { return key }
    var scalars = key.unicodeScalars.filter { $0 != "=" && $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }[...]
    while let first = scalars.first, first.properties.isWhitespace || "[#;".unicodeScalars.contains(first) {
      scalars.removeFirst()
    }
    while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
    return String(String.UnicodeScalarView(scalars))
  }

  /// ASCII letters and digits, of which most keys are made.
  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }

  /// Whether systemd ends a line at `scalar`.
  private static func endsLine(_ scalar: Unicode.Scalar) -> Bool { scalar == "\n" || scalar == "\r" || scalar == "\0" }

  private static func singleLine(_ value: String) -> String {
    // podman looks for the backslash behind the whitespace at a line's end.
    let last = value.unicodeScalars.last { !$0.properties.isWhitespace }
    guard last == "\\" || value.unicodeScalars.contains(where: endsLine) else { return value }
    let scalars = flat(value).unicodeScalars
    let end = scalars.lastIndex { $0 != "\\" && !$0.properties.isWhitespace }
    return end.map { String(scalars[...$0]) } ?? ""
  }

  private static func comment(_ line: String) -> String {
    let line = flat(line)
    let isComment = line.isEmpty || line.utf8.first == UInt8(ascii: "#") || line.utf8.first == UInt8(ascii: ";")
    return isComment ? line : "# " + line
  }

  private static func flat(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { endsLine($0) ? " " : $0 }))
  }
}
