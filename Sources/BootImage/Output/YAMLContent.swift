/// The only writer of YAML (yaml.org 1.2): block style, mappings in the order given, every string that a reader could take for something
/// else in double quotes.
indirect enum YAMLContent {
  case string(String)
  case integer(Int)
  case boolean(Bool)
  case list([YAMLContent])
  case map([(String, YAMLContent)])

  /// A list of strings.
  static func strings(_ values: [String]) -> YAMLContent { .list(values.map { .string($0) }) }

  /// Several documents as one stream.
  static func stream(_ documents: [YAMLContent]) -> String { documents.map(\.text).joined(separator: "---\n") }

  /// The document, ending with a newline.
  var text: String {
    var result = ""
    write(to: &result, indent: 0, isInline: false)
    return result
  }

  private func write(to text: inout String, indent: Int, isInline: Bool) {
    let margin = String(repeating: " ", count: indent)
    switch self {
    case .map(let pairs):
      if pairs.isEmpty {
        text += "{}\n"
        return
      }
      for (index, (key, value)) in pairs.enumerated() {
        text += (isInline && index == 0 ? "" : margin) + Self.scalar(key) + ":"
        value.writeAfterKey(to: &text, indent: indent)
      }
    case .list(let values):
      if values.isEmpty {
        text += "[]\n"
        return
      }
      for (index, value) in values.enumerated() {
        text += (isInline && index == 0 ? "" : margin) + "- "
        value.write(to: &text, indent: indent + 2, isInline: true)
      }
    case .string(let string): text += Self.scalar(string) + "\n"
    case .integer(let integer): text += "\(integer)\n"
    case .boolean(let boolean): text += boolean ? "true\n" : "false\n"
    }
  }

  private func writeAfterKey(to text: inout String, indent: Int) {
    switch self {
    case .map(let pairs) where !pairs.isEmpty:
      text += "\n"
      write(to: &text, indent: indent + 2, isInline: false)
    case .list(let values) where !values.isEmpty:
      text += "\n"
      write(to: &text, indent: indent, isInline: false)
    case .string(let string) where string.hasSuffix("\n") && !string.hasPrefix(" ") && !string.hasPrefix("\n"):
      text += " |\n"
      for line in string.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
        text += line.isEmpty ? "\n" : String(repeating: " ", count: indent + 2) + line + "\n"
      }
    default:
      text += " "
      write(to: &text, indent: indent, isInline: false)
    }
  }

  /// A string as a plain scalar where no reader, of YAML 1.1 either, could take it for anything else; else in double quotes (JSON's escapes are YAML's).
  private static func scalar(_ string: String) -> String {
    let words: Set<String> = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
    let isPlain =
      !string.isEmpty && !words.contains(string.lowercased())
      && string.utf8.enumerated().allSatisfy { index, byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "/"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): index > 0
        default: false
        }
      }
    return isPlain ? string : string.inDoubleQuotes
  }
}
