import Diagnostics

/// Reads the values of a YAML document as what is wanted, and reports everything that is something else. It never
/// stops: what cannot be read is `nil`, and has a finding.
struct YAMLReader {
  /// What was found so far.
  private(set) var report: Report

  /// Goes on from what was found while the text was parsed.
  init(_ report: Report) { self.report = report }

  /// Adds an error about `value`.
  mutating func error(_ message: String, at value: YAMLValue) {
    report.error(message, path: value.path, position: value.position)
  }

  /// Adds a warning about `value`.
  mutating func warning(_ message: String, at value: YAMLValue) {
    report.warning(message, path: value.path, position: value.position)
  }

  /// Adds an error about `value` as a whole, at its key.
  mutating func error(_ message: String, atPlaceOf value: YAMLValue) {
    report.error(message, path: value.path, position: value.place)
  }

  /// Adds a warning about `value` as a whole, at its key.
  mutating func warning(_ message: String, atPlaceOf value: YAMLValue) {
    report.warning(message, path: value.path, position: value.place)
  }

  /// Adds an error about something that the document should have at `path` and does not.
  mutating func missing(_ message: String, path: ValuePath, at position: SourcePosition) {
    report.error(message, path: path, position: position)
  }

  // MARK: Shapes

  /// `value` as a mapping of which only `keys` are known; every other key is an error.
  mutating func mapping(_ value: YAMLValue, keys: [String]) -> YAMLMapping? {
    guard let members = members(value) else { return nil }
    var mapping = YAMLMapping(value: value)
    for member in members {
      if keys.contains(member.key) {
        mapping.members[member.key] = member.value
      } else {
        let spelling = Spelling(words: keys)
        mapping.misspelled.formUnion(spelling.closest(to: member.key).map { [$0] } ?? [])
        report.error(
          "unknown key \(shown(member.key))" + spelling.hint(for: member.key), path: member.value.path,
          position: member.position)
      }
    }
    return mapping
  }

  /// `value` as a mapping with keys of the user's choice.
  mutating func members(_ value: YAMLValue) -> [YAMLMember]? {
    if case .mapping(let members) = value.content { return members }
    error("\(value.name) must be a mapping, not \(value.content.shape)", at: value)
    return nil
  }

  /// `value` as a list.
  mutating func list(_ value: YAMLValue) -> [YAMLValue]? {
    if case .list(let items) = value.content { return items }
    error("\(value.name) must be a list, not \(value.content.shape)", at: value)
    return nil
  }

  /// `value` as a text.
  mutating func text(_ value: YAMLValue) -> String? {
    if case .text(let text) = value.content { return text }
    error("\(value.name) must be a single value, not \(value.content.shape)", at: value)
    return nil
  }

  // MARK: Members

  /// The value of `key`, which must be there. The finding stands at the key of the mapping that lacks it, and is left
  /// out where an unknown key was probably meant to be this one. `reason` follows the finding's words.
  mutating func required(_ key: String, in mapping: YAMLMapping, reason: String = "") -> YAMLValue? {
    guard let value = mapping.members[key] else {
      // The unknown key that was probably meant to be this one has its finding already.
      guard !mapping.misspelled.contains(key) else { return nil }
      report.error(
        "\(mapping.value.name) lacks '\(key)'\(reason)", path: mapping.value.path.appending(key),
        position: mapping.value.place)
      return nil
    }
    if case .nothing = value.content {
      error("'\(key)' has no value\(reason)", at: value)
      return nil
    }
    return value
  }

  /// The value of `key`; `nil` where it is not there or has no value.
  func optional(_ key: String, in mapping: YAMLMapping) -> YAMLValue? {
    guard let value = mapping.members[key] else { return nil }
    if case .nothing = value.content { return nil }
    return value
  }

  // MARK: Texts that mean something

  /// `value` as what `parse` makes of its text; `kind` says in a finding what it must be.
  mutating func read<Result>(_ value: YAMLValue, as kind: String, _ parse: (String) -> Result?) -> Placed<Result>? {
    guard let text = text(value) else { return nil }
    guard let result = parse(text) else {
      error("\(value.name) must be \(kind), not \(shown(text))", at: value)
      return nil
    }
    return Placed(value: result, source: value)
  }

  /// `value` as a text that is as it should be; `kind` says in a finding what it must be.
  mutating func text(_ value: YAMLValue, as kind: String, if isValid: (String) -> Bool) -> Placed<String>? {
    read(value, as: kind) { (text: String) -> String? in isValid(text) ? text : nil }
  }

  /// `value` as a whole number in `range`, in plain decimal digits.
  mutating func integer(_ value: YAMLValue, in range: ClosedRange<Int>) -> Int? {
    read(value, as: "a whole number from \(range.lowerBound) to \(range.upperBound)") { (text: String) -> Int? in
      guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text), range.contains(number) else {
        return nil
      }
      return number
    }?.value
  }

  /// `value` as one of the words of `Choice`.
  mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ value: YAMLValue, of: Choice.Type) -> Choice?
  {
    guard let text = text(value) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    let words = Choice.allCases.map(\.rawValue)
    error("\(value.name) cannot be \(shown(text))" + Spelling(words: words).hint(for: text), at: value)
    return nil
  }
}
