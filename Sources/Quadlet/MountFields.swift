/// The fields of a `Mount=` value: one record of comma-separated values as Go's `encoding/csv` reads and writes it.
enum MountFields {
  /// What podman says of a value that is not one record.
  static let invalid = ConversionError(
    "incorrect mount format: should be --mount type=<bind|glob|tmpfs|volume>,[src=<host-dir|volume-name>,]"
      + "target=<ctr-dir>[,options]", at: "Mount")

  /// Whether a field is the mount's type.
  static func isType(_ field: String) -> Bool {
    field.hasPrefix("type=") && !field.dropFirst("type=".count).contains("=")
  }

  /// The fields of the one record that `text` has to be.
  static func read(_ text: String) throws(ConversionError) -> [String] {
    var rest = Array(text.utf8)[...]
    while rest.first == UInt8(ascii: "\n") { rest = rest.dropFirst() }
    guard !rest.isEmpty else { throw invalid }
    var fields: [String] = []
    while true {
      let isQuoted = rest.first == UInt8(ascii: "\"")
      let field = isQuoted ? try quoted(&rest, in: text) : try bare(&rest, in: text)
      fields.append(String(decoding: field, as: UTF8.self))
      guard rest.popFirst() == UInt8(ascii: ",") else { break }
    }
    guard rest.allSatisfy({ $0 == UInt8(ascii: "\n") }) else { throw invalid }
    return fields
  }

  private static func bare(_ rest: inout ArraySlice<UInt8>, in text: String) throws(ConversionError) -> [UInt8] {
    let field = rest.prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "\n") }
    if let quote = field.firstIndex(of: UInt8(ascii: "\"")) {
      throw ConversionError(
        "parse error on line 1, column \(quote + 1): bare \" in non-quoted field", at: "Mount")
    }
    rest = rest.dropFirst(field.count)
    return Array(field)
  }

  private static func quoted(_ rest: inout ArraySlice<UInt8>, in text: String) throws(ConversionError) -> [UInt8] {
    var field: [UInt8] = []
    rest = rest.dropFirst()
    while let byte = rest.popFirst() {
      if byte != UInt8(ascii: "\"") {
        field.append(byte)
      } else if rest.first == UInt8(ascii: "\"") {
        field.append(byte)
        rest = rest.dropFirst()
      } else if let next = rest.first, next != UInt8(ascii: ","), next != UInt8(ascii: "\n") {
        break
      } else {
        return field
      }
    }
    let column = text.utf8.count - rest.count
    throw ConversionError(
      "parse error on line 1, column \(column): extraneous or missing \" in quoted-field", at: "Mount")
  }

  /// The fields as one record.
  static func write(_ fields: [String]) -> String {
    fields.map { field in
      let isPlain =
        field != "\\." && field.first?.isWhitespace != true
        && !field.utf8.contains { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
      return isPlain
        ? field : "\"" + field.reduce(into: "") { $0 += $1 == "\"" ? "\"\"" : String($1) } + "\""
    }.joined(separator: ",")
  }
}
