import Diagnostics
import Yams

/// Reads a YAML text into a ``YAMLValue`` with the place of every value, and reports what is wrong with the text as
/// such.
struct YAMLDocument {
  /// The most duplicate keys that are reported before reading stops.
  private static let duplicateLimit = 50
  /// The most values that a text with aliases may come to.
  private static let aliasLimit = 300_000

  private let text: YAMLText
  private let places: YAMLPlaces
  private var report = Report()
  /// Keys that stand a second time in their mapping, by their offset, with the name they have in the text.
  private var renamed: [Int: String] = [:]
  private var valuesLeft: Int

  /// The value of the text in `bytes`, `nil` where it cannot be read, and what was found on the way.
  static func read(_ bytes: [UInt8]) -> (root: YAMLValue?, report: Report) {
    do throws(YAMLText.Fault) {
      var document = YAMLDocument(try YAMLText(bytes))
      let root = document.root()
      return (root, document.report)
    } catch {
      return (nil, Report([Finding(.error, error.message, path: .root, position: error.position)]))
    }
  }

  private init(_ text: YAMLText) {
    self.text = text
    places = YAMLPlaces(text.source, from: text.start)
    valuesLeft = text.source.bytes.contains(UInt8(ascii: "*")) ? Self.aliasLimit : .max
  }

  private mutating func root() -> YAMLValue? {
    guard let node = parse() else { return nil }
    let position = position(of: node)
    var root = value(
      of: node, path: .root, name: "the file", place: position ?? SourcePosition(line: 1, column: 1))
    if valuesLeft < 0 {
      report.error(
        "the aliases of this file come to more than \(Self.aliasLimit) values", path: .root, position: position)
      return nil
    }
    if case .nothing = root.content {
      root.position = SourcePosition(line: 1, column: 1)
      report.error("the file is empty", path: .root, position: root.position)
      return nil
    }
    return root
  }

  /// Composes the text. The parser refuses a mapping with a duplicate key as a whole; so that everything else in the
  /// file is still read, the first of the two gets a name of its own (one character of it becomes one that no file
  /// uses, which moves nothing), and is given its name back in ``value(of:path:name:place:)``.
  private mutating func parse() -> Node? {
    while true {
      do {
        let parser = try Parser(yaml: renamedText(), resolver: .basic, encoding: .utf8)
        guard let node = try parser.nextRoot() else {
          report.error("the file is empty", path: .root, position: SourcePosition(line: 1, column: 1))
          return nil
        }
        if let second = try parser.nextRoot() {
          report.error(
            "the file has a second document, only one is read", path: .root, position: self.position(of: second))
        }
        return node
      } catch YamlError.duplicatedKeysInMapping(let names, let context) {
        let offset = places.offset(line: context.mark.line, column: context.mark.column)
        guard let target = renamable(at: offset), renamed.count < Self.duplicateLimit, let name = names.first else {
          report.error(
            "the key \(shown(names.first ?? "")) stands twice in a mapping, and reading stopped there", path: .root,
            position: text.source.position(ofByte: offset))
          return nil
        }
        renamed[target] = name
      } catch {
        let (message, position) = describe(error)
        report.error(message, path: .root, position: position)
        return nil
      }
    }
  }

  /// The offset of the character to replace in the key at `offset`; `nil` where the key cannot be renamed in place.
  private func renamable(at offset: Int) -> Int? {
    let bytes = text.source.bytes
    guard offset < bytes.count else { return nil }
    let isQuoted = bytes[offset] == UInt8(ascii: "\"") || bytes[offset] == UInt8(ascii: "'")
    let target = isQuoted ? offset + 1 : offset
    guard target < bytes.count, renamed[target] == nil, !"\"'\\&!*?[{|>".utf8.contains(bytes[target]) else {
      return nil
    }
    return target
  }

  private func renamedText() -> String {
    let bytes = text.source.bytes
    guard !renamed.isEmpty else { return String(decoding: bytes[text.start...], as: UTF8.self) }
    var result = ""
    var copied = text.start
    for (index, target) in renamed.keys.sorted().enumerated() {
      result += String(decoding: bytes[copied..<target], as: UTF8.self)
      if let scalar = Unicode.Scalar(UInt32(0xE000 + index)) { result.unicodeScalars.append(scalar) }
      copied = target + YAMLPlaces.scalarLength(bytes[target])
    }
    return result + String(decoding: bytes[copied...], as: UTF8.self)
  }

  private func position(of node: Node) -> SourcePosition? {
    node.mark.map { places.position(line: $0.line, column: $0.column) }
  }

  private mutating func value(of node: Node, path: ValuePath, name: String, place: SourcePosition) -> YAMLValue {
    let position = position(of: node) ?? place
    var value = YAMLValue(path: path, name: name, position: position, place: place, content: .nothing)
    valuesLeft -= 1
    guard valuesLeft >= 0 else { return value }
    switch node {
    case .scalar(let scalar):
      refuse(tag: scalar.tag, of: value)
      let isNothing = scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
      value.content = isNothing ? .nothing : .text(scalar.string)
    case .sequence(let sequence):
      refuse(tag: sequence.tag, of: value)
      value.content = .list(
        sequence.enumerated().map { index, item in
          self.value(
            of: item, path: path.appending(index), name: "item \(index + 1) of \(name)",
            place: self.position(of: item) ?? place)
        })
    case .mapping(let mapping):
      refuse(tag: mapping.tag, of: value)
      value.content = .mapping(members(of: mapping, in: value))
    case .alias: break
    }
    return value
  }

  private mutating func members(of mapping: Node.Mapping, in value: YAMLValue) -> [YAMLMember] {
    var members: [YAMLMember] = []
    var first: [String: SourcePosition] = [:]
    for (keyNode, valueNode) in mapping {
      let position = position(of: keyNode) ?? value.place
      guard case .scalar(let scalar) = keyNode else {
        report.error("a key must be a single value", path: value.path, position: position)
        continue
      }
      let key = originalName(of: scalar)
      if Withheld.isPrivateKey(key) {
        report.error("a private key stands here: remove it, and make a new pair", path: value.path, position: position)
        continue
      }
      let path = value.path.appending(pathStep(key))
      if let earlier = first[key] {
        report.error(
          "the key \(shown(key)) stands twice in this mapping, first in line \(earlier.line)", path: path,
          position: position)
        continue
      }
      first[key] = position
      let member = self.value(of: valueNode, path: path, name: shown(key), place: position)
      members.append(YAMLMember(key: key, position: position, value: member))
    }
    return members
  }

  private func originalName(of key: Node.Scalar) -> String {
    guard !renamed.isEmpty, let mark = key.mark else { return key.string }
    let offset = places.offset(line: mark.line, column: mark.column)
    return renamed[offset] ?? (key.style == .plain ? nil : renamed[offset + 1]) ?? key.string
  }

  private mutating func refuse(tag: Tag, of value: YAMLValue) {
    let name = tag.description
    guard !["", "!", "tag:yaml.org,2002:str"].contains(name) else { return }
    report.error(
      "\(value.name) has the tag \(shown(name)), which is not read", path: value.path, position: value.position)
  }

  private var tabMessage: String { "not YAML: a tab cannot indent, use spaces" }

  private func describe(_ error: any Error) -> (String, SourcePosition?) {
    switch error {
    case YamlError.scanner(let context, let problem, let mark, _),
      YamlError.parser(let context, let problem, let mark, _),
      YamlError.composer(let context, let problem, let mark, _):
      let offset = places.offset(line: mark.line, column: mark.column)
      let position = text.source.position(ofByte: offset)
      if problem.hasPrefix("Maximum nesting level") { return ("the file is nested too deeply", position) }
      if problem == "found a tab character that violates indentation" { return (tabMessage, position) }
      if problem == "found character that cannot start any token", offset < text.source.bytes.count {
        let byte = text.source.bytes[offset]
        if byte == UInt8(ascii: "\t") { return (tabMessage, position) }
        return ("a value that begins with \(quoted(String(UnicodeScalar(byte)))) needs quotes", position)
      }
      if problem == "mapping values are not allowed in this context" {
        let hint = "is it indented like its neighbours, or a value with ': ' in it that needs quotes?"
        return ("not YAML: a key cannot stand here, \(hint)", position)
      }
      guard let context else { return ("not YAML: \(problem)", position) }
      let start = places.position(line: context.mark.line, column: context.mark.column)
      if context.text == "while scanning a quoted scalar", problem == "found unexpected end of stream" {
        return ("not YAML: the quotes are never closed", start)
      }
      return ("not YAML: \(problem) (\(context.text) that begins in line \(start.line))", position)
    case YamlError.reader(let problem, _, _, _): return ("not YAML: \(problem)", nil)
    default: return ("not YAML: \(error)", nil)
    }
  }
}
