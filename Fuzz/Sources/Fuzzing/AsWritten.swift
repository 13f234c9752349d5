public import SystemdUnit

extension UnitFile {
  /// The file as podman reads it again after it was written. It alone reads whitespace at the end of a continued value,
  /// and CR and NUL inside a comment, which the text does not keep, and an empty text as one empty line.
  public var asWritten: UnitFile {
    var file = self
    if sections.isEmpty {
      file.sections = [Section("")]
      file.sections[0].trailing = [""]
      return file
    }
    for index in file.sections.indices {
      file.sections[index].leading = Self.comments(sections[index].leading)
      file.sections[index].trailing = Self.comments(sections[index].trailing)
      for (place, directive) in sections[index].directives.enumerated() {
        file.sections[index].directives[place].leading = Self.comments(directive.leading)
        file.sections[index].directives[place].value = Self.withoutTrailingSpace(directive.value)
      }
    }
    return file
  }

  private static func comments(_ lines: [String]) -> [String] {
    lines.map { line in
      let scalars = line.unicodeScalars.map { $0 == "\r" || $0 == "\0" ? " " : $0 }
      return withoutTrailingSpace(String(String.UnicodeScalarView(scalars)))
    }
  }

  private static func withoutTrailingSpace(_ text: String) -> String {
    let end = text.unicodeScalars.lastIndex { !$0.properties.isWhitespace }
    return end.map { String(text.unicodeScalars[...$0]) } ?? ""
  }
}
