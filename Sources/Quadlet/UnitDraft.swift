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
  private var places: [String: Int] = [:]

  /// Adds everything in `file`, whose name in findings is `name`: lines join the group of their name.
  mutating func merge(_ file: UnitFile, named name: String) {
    for section in file.sections {
      let index = ensureGroup(section.name)
      groups[index].comments += section.leading
      if groups[index].origin == nil { groups[index].origin = Origin(file: name, position: section.position) }
      for directive in section.directives {
        groups[index].lines += directive.leading.map { Line(key: nil, value: $0) }
        let origin = Origin(file: name, position: directive.position)
        groups[index].lines.append(Line(key: directive.key, value: directive.value, origin: origin))
      }
      groups[index].lines += section.trailing.map { Line(key: nil, value: $0) }
    }
  }

  /// The directives of `section`, in order.
  func directives(in section: String) -> [Line] {
    places[section].map { groups[$0].lines.filter { $0.key != nil } } ?? []
  }

  /// Where the header of `section` first stands.
  func origin(of section: String) -> Origin? { places[section].flatMap { groups[$0].origin } }

  /// The last value of `key` in `section` as written.
  func lastValue(_ key: String, in section: String) -> String? {
    places[section].flatMap { groups[$0].lines.last { $0.key == key }?.value }
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
    guard let index = places[section] else { return }
    groups[index].lines.removeAll { $0.key == key }
  }

  /// Gives a section another name; where that name is taken, its lines move to the end of the section that has it.
  mutating func rename(_ section: String, to name: String) {
    guard let index = places[section] else { return }
    if let target = places[name] {
      groups[target].comments += groups[index].comments
      groups[target].lines += groups[index].lines
      groups.remove(at: index)
    } else {
      groups[index].name = name
    }
    places = [:]
    for (index, group) in groups.enumerated() { places[group.name] = index }
  }

  /// The text as the generator prints it.
  var text: String {
    var text = ""
    for (index, group) in groups.enumerated() {
      if index > 0 { text += "\n" }
      for comment in group.comments { text += comment + "\n" }
      // A file without any section keeps its comments under a section without a name, which is not written.
      if group.name.isEmpty { continue }
      text += "[\(group.name)]\n"
      for line in group.lines { text += line.key.map { "\($0)=\(line.value)\n" } ?? line.value + "\n" }
    }
    return text
  }

  private mutating func ensureGroup(_ name: String) -> Int {
    if let index = places[name] { return index }
    groups.append(Group(name: name))
    places[name] = groups.count - 1
    return groups.count - 1
  }
}
