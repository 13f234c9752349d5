public import Diagnostics

/// A file in the syntax of systemd.syntax(7): sections of directives, in order, with their comments.
public struct UnitFile: Sendable, Hashable {
  /// The sections in the order of the file. A name may occur more than once: systemd reads such sections as one.
  public var sections: [Section]

  /// A file made of `sections`.
  public init(_ sections: [Section] = []) { self.sections = sections }

  /// Reads `bytes` as `dialect` does. What cannot be read is added to `report` with its line and column; the rest is
  /// kept.
  ///
  /// Warnings are about lines that systemd ignores, errors about what it refuses; for podman, which refuses the whole
  /// file, all are errors. Findings have no file: `Report.add(contentsOf:in:)` names it.
  public init(parsing bytes: [UInt8], dialect: UnitDialect = .systemd, report: inout Report) {
    var parser = UnitFileParser(dialect: dialect)
    self = parser.parse(bytes, report: &report)
  }

  /// Reads `text`, as UTF-8, as `dialect` does. What cannot be read is added to `report` with its line and column; the
  /// rest is kept.
  public init(parsing text: String, dialect: UnitDialect = .systemd, report: inout Report) {
    self.init(parsing: Array(text.utf8), dialect: dialect, report: &report)
  }

  /// The directives of every section called `section`, in order.
  public func directives(in section: String) -> [Directive] {
    sections.filter { $0.name == section }.flatMap(\.directives)
  }

  /// Every value of `key` in the sections called `section`, in order. An empty value is in the list: what it resets
  /// is the key's own rule.
  public func values(of key: String, in section: String) -> [String] {
    directives(in: section).filter { $0.key == key }.map(\.value)
  }

  /// The last value of `key` in the sections called `section`; `nil` where the key does not occur.
  public func value(of key: String, in section: String) -> String? {
    directives(in: section).last { $0.key == key }?.value
  }

  /// Whether the file has a section called `section`, be it empty.
  public func has(section: String) -> Bool { sections.contains { $0.name == section } }

  /// Adds a directive at the end of the last section called `section`, which is added where it is missing.
  public mutating func append(_ key: String, _ value: String, to section: String) {
    append(Directive(key, value), to: section)
  }

  /// Adds a directive at the end of the last section called `section`, which is added where it is missing.
  public mutating func append(_ directive: Directive, to section: String) {
    if let index = sections.lastIndex(where: { $0.name == section }) {
      sections[index].directives.append(directive)
    } else {
      sections.append(Section(section, [directive]))
    }
  }
}
