extension HCL {
  /// `name` as a key: bare where it is an identifier, quoted otherwise.
  static func key(_ name: String) -> String {
    let bytes = Array(name.utf8)
    let letter = { (byte: UInt8) in (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || byte == 0x5F }
    let digit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
    guard let first = bytes.first, letter(first), bytes.allSatisfy({ letter($0) || digit($0) || $0 == 0x2D }),
      name != "true", name != "false"
    else { return quoted(name) }
    return name
  }

  /// `text` as a quoted string. HCL 1 has no escape for an interpolation: from `${` on its scanner counts braces and does
  /// not see the closing quote. So the dollar (and, for readers of HCL 2, the per cent sign of `%{`) is written as a
  /// Unicode escape, which both dialects turn back into the character without looking for a template.
  static func quoted(_ text: String) -> String {
    var result = "\""
    let scalars = Array(text.unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "$", "%":
        let opens = index + 1 < scalars.count && scalars[index + 1] == "{"
        result += opens ? escaped(scalar) : String(scalar)
      case _ where scalar.value < 0x20 || scalar.value == 0x7F: result += escaped(scalar)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// The word that ends a here document which holds exactly `text`; `nil` where none does: a here document is verbatim,
  /// always ends in a newline, and readers of HCL 2 would see a template in it.
  static func hereTerminator(for text: String) -> String? {
    guard text.unicodeScalars.last == "\n", !text.contains("${"), !text.contains("%{"),
      text.unicodeScalars.allSatisfy({ $0 == "\n" || $0 == "\t" || ($0.value >= 0x20 && $0.value != 0x7F) })
    else { return nil }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let taken = lines.contains { line in
      line.drop(while: { $0 == " " || $0 == "\t" }).hasPrefix("EOT")
    }
    return taken ? nil : "EOT"
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    let hex = String(scalar.value, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
  }
}
