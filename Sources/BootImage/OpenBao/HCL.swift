/// A document in HCL 1, the language that OpenBao's server, agent and policies are written in. This is the only place that
/// writes HCL: everything above it is typed, and the same document always gives the same bytes.
struct HCL: Sendable, Hashable {
  /// The document's items, in the order in which they are written.
  var body: [Item]

  /// A document of `body`.
  init(_ body: [Item]) { self.body = body }

  /// A line of a body.
  indirect enum Item: Sendable, Hashable {
    /// `name = value`.
    case attribute(String, Value)
    /// `type "label" … { body }`.
    case block(String, labels: [String] = [], body: [Item])
    /// Why the items below it are as they are; every line becomes a `#` line.
    case comment(String)
  }

  /// What an attribute may hold.
  indirect enum Value: Sendable, Hashable {
    /// A quoted string.
    case string(String)
    /// Text of several lines: a here document where that gives back exactly this text, a quoted string otherwise.
    case text(String)
    /// A whole number.
    case number(Int)
    /// `true` or `false`.
    case bool(Bool)
    /// `["a", "b"]`.
    case list([String])
    /// `{ … }`, members in this order.
    case object([Member])
  }

  /// A member of an object.
  struct Member: Sendable, Hashable {
    /// Its key.
    var key: String
    /// Its value.
    var value: Value

    /// `key = value`.
    init(_ key: String, _ value: Value) {
      self.key = key
      self.value = value
    }
  }

  /// The document's text, indented by two spaces, ending in a newline.
  var text: String {
    var lines: [String] = []
    Self.write(body, indent: "", top: true, to: &lines)
    return lines.map { $0 + "\n" }.joined()
  }

  private static func write(_ items: [Item], indent: String, top: Bool, to lines: inout [String]) {
    for (index, item) in items.enumerated() {
      if index > 0, startsParagraph(item, after: items[index - 1], top: top) { lines.append("") }
      switch item {
      case .comment(let text):
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
          lines.append(line.isEmpty ? "\(indent)#" : "\(indent)# \(line)")
        }
      case .attribute(let name, let value):
        write(value, after: "\(indent)\(key(name)) = ", indent: indent, to: &lines)
      case .block(let type, let labels, let body):
        let head = ([type] + labels.map(quoted)).joined(separator: " ")
        lines.append("\(indent)\(head) {")
        write(body, indent: indent + "  ", top: false, to: &lines)
        lines.append("\(indent)}")
      }
    }
  }

  /// An empty line sets off blocks (with the comment above them) and, in the outermost body, nothing else.
  private static func startsParagraph(_ item: Item, after previous: Item, top: Bool) -> Bool {
    if case .comment = previous { return false }
    if case .block = previous { return true }
    switch item {
    case .block, .comment: return true
    case .attribute: return false
    }
  }

  private static func write(_ value: Value, after head: String, indent: String, to lines: inout [String]) {
    switch value {
    case .string(let text): lines.append(head + quoted(text))
    case .number(let number): lines.append(head + String(number))
    case .bool(let flag): lines.append(head + (flag ? "true" : "false"))
    case .list(let texts): lines.append("\(head)[\(texts.map(quoted).joined(separator: ", "))]")
    case .text(let text):
      guard let terminator = hereTerminator(for: text) else { return lines.append(head + quoted(text)) }
      lines.append("\(head)<<\(terminator)")
      lines += text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
      lines.append(terminator)
    case .object(let members):
      guard !members.isEmpty else { return lines.append("\(head){}") }
      lines.append("\(head){")
      for member in members {
        write(member.value, after: "\(indent)  \(key(member.key)) = ", indent: indent + "  ", to: &lines)
      }
      lines.append("\(indent)}")
    }
  }
}
