/// A podman command line as the generator builds it, word by word.
struct PodmanCommand {
  /// The words, of which the first is podman itself.
  private(set) var words: [String]

  /// `podman` with the modules and global arguments that `section` asks for.
  init(for section: KeyLookup) {
    words = []
    words.reserveCapacity(32)
    words.append("/usr/bin/podman")
    words += section.all("ContainersConfModule").map { "--module=\($0)" }
    words += section.arguments("GlobalArgs")
  }

  /// The words as the value of an `Exec…=` directive.
  var line: String { PodmanWords.join(words) }

  mutating func add(_ word: String) { words.append(word) }

  mutating func add(_ flag: String, _ value: String) {
    words.append(flag)
    words.append(value)
  }

  mutating func add(_ first: String, _ second: String, _ third: String, _ more: String...) {
    words.append(first)
    words.append(second)
    words.append(third)
    words += more
  }

  mutating func add(contentsOf more: [String]) { words += more }

  /// A switch: the flag alone for true, `flag=false` for false.
  mutating func add(_ flag: String, when value: Bool) { words.append(value ? flag : flag + "=false") }

  /// `flag key=value` for each pair, by key.
  mutating func add(_ flag: String, pairs: [String: String?]) {
    for (key, value) in pairs.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      add(flag, value.map { "\(key)=\($0)" } ?? key)
    }
  }

  // The generator walks a Go map for each of the four tables below, so its own order changes from run to run. Here it
  // is that of the table, and every table of these is in the order of the flags' bytes.

  /// `flag value` for each key that has a value.
  mutating func addStrings(_ flags: KeyValuePairs<String, String>, from section: KeyLookup) {
    for (key, flag) in flags {
      if let value = section.nonEmpty(key) { add(flag, value) }
    }
  }

  /// `flag value` for each value of each key.
  mutating func addLists(_ flags: KeyValuePairs<String, String>, from section: KeyLookup) {
    for (key, flag) in flags {
      for value in section.all(key) { add(flag, value) }
    }
  }

  /// A switch for each key that occurs.
  mutating func addSwitches(_ flags: KeyValuePairs<String, String>, from section: KeyLookup) {
    for (key, flag) in flags {
      if let value = section.boolean(key) { add(flag, when: value) }
    }
  }

  /// `flag key=value` for each assignment of each key.
  mutating func addAssignments(_ flags: KeyValuePairs<String, String>, from section: KeyLookup) {
    for (key, flag) in flags {
      add(flag, pairs: section.assignments(key))
    }
  }
}
