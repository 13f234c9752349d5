import Diagnostics
import SystemdUnit

/// A unit as the generator works on it: one group per name, lines with their comments, everything in order
/// (`UnitFile` in pkg/systemd/parser/unitfile.go). It starts as the merged quadlet file and ends as the service.
struct UnitDraft {
  /// A place in one of the files that a draft was merged from.
  struct Origin {
    var file: String
    var position: SourcePosition?
  }

  /// A directive, or a comment or empty line where `key` is `nil`.
  struct Line {
    var key: String?
    var value: String
    var origin: Origin?
  }

  /// One section; `comments` are the lines above its header, which first stands at `origin`.
  struct Group {
    var name: String
    var origin: Origin?
    var comments: [String] = []
    var lines: [Line] = []
  }

  private(set) var groups: [Group] = []
  /// The place of each group by its name, so that a file of a hundred thousand sections takes no longer than its size says.
  /// Empty while the groups are few: then looking at each is faster.
  private var places: [String: Int] = [:]

  /// The most groups that are few.
  private static let few = 12

  private static let newline = UInt8(ascii: "\n")

  /// Adds everything in `file`, whose name in findings is `name`: lines join the group of their name.
  mutating func merge(_ file: UnitFile, named name: String) {
    for section in file.sections {
      let index = ensureGroup(section.name)
      groups[index].comments += section.leading
      if groups[index].origin == nil { groups[index].origin = Origin(file: name, position: section.position) }
      if groups[index].lines.isEmpty { groups[index].lines.reserveCapacity(section.directives.count + 8) }
      for directive in section.directives {
        for line in directive.leading { groups[index].lines.append(Line(key: nil, value: line)) }
        let origin = Origin(file: name, position: directive.position)
        groups[index].lines.append(Line(key: directive.key, value: directive.value, origin: origin))
      }
      for line in section.trailing { groups[index].lines.append(Line(key: nil, value: line)) }
    }
  }

  /// The lines of `section`, in order: directives, comments and empty lines.
  func lines(in section: String) -> [Line] { place(of: section).map { groups[$0].lines } ?? [] }

  /// Where the header of `section` first stands.
  func origin(of section: String) -> Origin? { place(of: section).flatMap { groups[$0].origin } }

  /// The last value of `key` in `section` as written.
  func lastValue(_ key: String, in section: String) -> String? {
    place(of: section).flatMap { groups[$0].lines.last { $0.key == key }?.value }
  }

  /// Appends a directive at the end of `section`, which is added where it is missing.
  mutating func add(_ key: String, _ value: String, to section: String) {
    let index = ensureGroup(section)
    groups[index].lines.append(Line(key: key, value: value))
  }

  /// Puts a directive in front of everything else in `section`, which is added where it is missing.
  mutating func prepend(_ key: String, _ value: String, to section: String) {
    let index = ensureGroup(section)
    groups[index].lines.insert(Line(key: key, value: value), at: 0)
  }

  /// Replaces the last value of `key` in `section`, or adds it.
  mutating func set(_ key: String, _ value: String, in section: String) {
    let index = ensureGroup(section)
    if let line = groups[index].lines.lastIndex(where: { $0.key == key }) {
      groups[index].lines[line].value = value
    } else {
      groups[index].lines.append(Line(key: key, value: value))
    }
  }

  /// Removes every directive `key` of `section`.
  mutating func unset(_ key: String, in section: String) {
    guard let index = place(of: section) else { return }
    groups[index].lines.removeAll { $0.key == key }
  }

  /// Gives a section another name; where that name is taken, its lines move to the end of the section that has it.
  mutating func rename(_ section: String, to name: String) {
    guard let index = place(of: section) else { return }
    if let target = place(of: name) {
      groups[target].comments += groups[index].comments
      groups[target].lines += groups[index].lines
      groups.remove(at: index)
    } else {
      groups[index].name = name
    }
    indexGroups()
  }

  /// The text as the generator prints it.
  var text: String {
    // Bytes, since a string that grows by pieces looks at every piece anew.
    var text: [UInt8] = []
    text.reserveCapacity(
      groups.reduce(0) { size, group in
        group.lines.reduce(size + group.name.utf8.count + 4) {
          $0 + ($1.key?.utf8.count ?? 0) + $1.value.utf8.count + 2
        }
      })
    for (index, group) in groups.enumerated() {
      if index > 0 { text.append(Self.newline) }
      for comment in group.comments {
        text += comment.utf8
        text.append(Self.newline)
      }
      // A file without any section keeps its comments under a section without a name, which is not written.
      if group.name.isEmpty { continue }
      text.append(UInt8(ascii: "["))
      text += group.name.utf8
      text.append(UInt8(ascii: "]"))
      text.append(Self.newline)
      for line in group.lines {
        if let key = line.key {
          text += key.utf8
          text.append(UInt8(ascii: "="))
        }
        text += line.value.utf8
        text.append(Self.newline)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func ensureGroup(_ name: String) -> Int {
    if let index = place(of: name) { return index }
    groups.append(Group(name: name))
    if places.isEmpty { indexGroups() } else { places[name] = groups.count - 1 }
    return groups.count - 1
  }

  private func place(of section: String) -> Int? {
    places.isEmpty ? groups.firstIndex { $0.name == section } : places[section]
  }

  private mutating func indexGroups() {
    places = [:]
    guard groups.count > Self.few else { return }
    for (index, group) in groups.enumerated() { places[group.name] = index }
  }
}
