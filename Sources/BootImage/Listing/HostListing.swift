public import Diagnostics

/// What an Ignition config would do to a host, as a list that a person or a program can read.
public struct HostListing: Sendable, Hashable {
  /// Things of one kind: the files, the units.
  public struct Section: Sendable, Hashable {
    /// What they are, as the text's heading: `files`.
    public var title: String
    /// Their member's name in JSON: `files`.
    public var key: String
    /// Each of them, in the config's order.
    public var entries: [Entry]
  }

  /// One thing that the config makes, changes or removes.
  public struct Entry: Sendable, Hashable {
    /// What it is called: a path, a unit's name, a device.
    public var name: String
    /// Where it stands on the host, if it is a file.
    public var path: String?
    /// What it points to, if it is a link.
    public var arrow: String?
    /// What is said of it, a cell each; cells at one place in all entries of a section stand under each other.
    public var cells: [String]
    /// The same for a program.
    public var members: [JSONText.Member]
    /// What stands in it, decoded: a file's contents and appendices, a unit's text and drop-ins.
    public var contents: [Content]
    /// Where the rest of it comes from, which is not in the config or cannot be unpacked: an address, or the reason.
    public var elsewhere: [String]

    /// An entry.
    init(
      _ name: String, cells: [String] = [], members: [JSONText.Member] = [], contents: [Content] = [],
      elsewhere: [String] = [], path: String? = nil, arrow: String? = nil
    ) {
      self.name = name
      self.cells = cells
      self.elsewhere = elsewhere
      self.path = path
      self.arrow = arrow
      self.members = [JSONText.Member("name", .string(name))] + members
      self.contents = contents
    }
  }

  /// Bytes that the config itself holds.
  public struct Content: Sendable, Hashable {
    /// Which of them: `contents`, `append`, a drop-in's name.
    public var label: String
    /// The path of the file that they come to stand in.
    public var path: String
    /// The bytes, decoded and unpacked.
    public var bytes: [UInt8]

    /// The bytes as text; `nil` where they are not UTF-8 or hold a NUL.
    public var text: String? {
      bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
    }
  }

  /// Everything that the config does, section by section; what it does not touch has no section.
  public var sections: [Section]

  /// What stands at one path of the host.
  public enum Found: Sendable, Hashable {
    /// Exactly these bytes.
    case bytes([UInt8])
    /// Something that the config itself does not hold, or not whole: addresses, or reasons.
    case elsewhere([String])
    /// Nothing that this config makes.
    case nothing
  }

  /// What would stand at `path`, which is that of a file, a unit or a drop-in, or a name below /etc/systemd/system: the parts of a file in the order
  /// in which Ignition writes them.
  public func found(at path: String) -> Found {
    let wanted = path.utf8.first == UInt8(ascii: "/") ? path : "\(Self.unitFolder)/\(path)"
    let entries = sections.flatMap(\.entries).filter { entry in
      entry.path == wanted || entry.contents.contains { $0.path == wanted }
    }
    guard !entries.isEmpty else { return .nothing }
    let elsewhere = entries.flatMap(\.elsewhere)
    if !elsewhere.isEmpty { return .elsewhere(elsewhere) }
    return .bytes(entries.flatMap(\.contents).filter { $0.path == wanted }.flatMap(\.bytes))
  }

  /// Where Ignition writes units.
  static let unitFolder = "/etc/systemd/system"
}

extension HostListing {
  /// The list as text, a line for each thing under its section's heading; with `contents` the decoded text stands under each, after a bar.
  ///
  /// Nothing in it is obeyed by a terminal: control characters are shown as escapes.
  public func text(contents: Bool) -> String {
    var lines: [String] = []
    for section in sections {
      lines.append("\(section.title) (\(section.entries.count))")
      var widths: [Int] = []
      for entry in section.entries {
        for (column, cell) in entry.cells.enumerated() {
          if column == widths.count { widths.append(0) }
          widths[column] = max(widths[column], TerminalText.line(cell).count)
        }
      }
      for entry in section.entries {
        var line = " "
        for (column, cell) in entry.cells.enumerated() {
          let shown = TerminalText.line(cell)
          line += " \(shown)" + String(repeating: " ", count: widths[column] - shown.count) + " "
        }
        let target = entry.arrow.map { " -> \(TerminalText.line($0))" } ?? ""
        let rest = target + entry.elsewhere.map { "  <- \(TerminalText.line($0))" }.joined()
        lines.append("\(line) \(TerminalText.line(entry.name))\(rest)")
        if contents { for content in entry.contents { lines += Self.lines(of: content) } }
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func lines(of content: Content) -> [String] {
    let heading = content.label.isEmpty ? [] : ["      [\(TerminalText.line(content.label))]"]
    guard let text = content.text else { return heading + ["      | (\(content.bytes.count) bytes, not text)"] }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { "      | \(TerminalText.line($0))" }
    if text.utf8.last == UInt8(ascii: "\n") || text.isEmpty { lines.removeLast() }
    return heading + lines
  }

  /// The list as one object: a member for each section, an object for each thing in it; with `contents` each has its texts (`null` for what is not
  /// text).
  public func json(contents: Bool) -> [JSONText.Member] {
    sections.map { section in
      JSONText.Member(
        section.key,
        .array(
          section.entries.map { entry in
            let texts = entry.contents.map { content in
              JSONText.object([
                .init("label", .string(content.label)), .init("path", .string(content.path)),
                .init("size", .integer(content.bytes.count)), .init("text", content.text.map { .string($0) } ?? .null),
              ])
            }
            return .object(entry.members + (contents ? [.init("contents", .array(texts))] : []))
          }))
    }
  }
}

/// Text for a terminal that it shows and does not obey.
enum TerminalText {
  /// `text` with every character that a terminal does not show as itself written as `\u{…}`; tabs stay.
  static func line(_ text: some StringProtocol) -> String {
    if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return String(text) }
    return text.unicodeScalars.reduce(into: "") { result, scalar in
      if scalar == "\t" || scalar.isVisible {
        result.unicodeScalars.append(scalar)
      } else {
        result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      }
    }
  }
}
