/// The values of one section under the generator's ways of reading them (the `Lookup…` functions of unitfile.go). What it
/// leaves out without a word is found by ``WordValidation``.
struct KeyLookup {
  /// Not by key: a section has few lines, and looking at each is faster than a table that every unit would have to fill.
  private let lines: [UnitDraft.Line]
  /// The marks of all keys: most keys that are asked for are in no line, and this tells of most of them.
  private let marks: UInt64

  /// Reads the section called `section` of `draft`; a missing section has no keys.
  init(_ section: String, of draft: UnitDraft) {
    lines = draft.lines(in: section)
    marks = lines.reduce(0) { marks, line in line.key.map { marks | Self.mark(of: $0) } ?? marks }
  }

  /// One bit that a key's first byte and length choose.
  private static func mark(of key: String) -> UInt64 {
    1 << UInt64((key.utf8.count * 5 + Int(key.utf8.first ?? 0)) & 63)
  }

  private func mayHave(_ key: String) -> Bool { marks & Self.mark(of: key) != 0 }

  /// Whether the key occurs, with whatever value.
  func has(_ key: String) -> Bool { mayHave(key) && lines.contains { $0.key == key } }

  /// The last value exactly as written.
  func raw(_ key: String) -> String? { mayHave(key) ? lines.last { $0.key == key }?.value : nil }

  /// The last value without trailing whitespace and without one pair of double quotes around it.
  func string(_ key: String) -> String? { raw(key).map(Self.unquoted) }

  /// The last value like ``string(_:)``, where it is not empty.
  func nonEmpty(_ key: String) -> String? { string(key).flatMap { $0.isEmpty ? nil : $0 } }

  /// The last value as a boolean: `1`, `yes`, `true` and `on` in any case are true, every other word is false.
  func boolean(_ key: String) -> Bool? { string(key).map { ["1", "yes", "true", "on"].contains($0.lowercased()) } }

  /// Every value since the last empty one, as written.
  func all(_ key: String) -> [String] {
    guard mayHave(key) else { return [] }
    var list: [String] = []
    for line in lines where line.key == key {
      if line.value.isEmpty { list = [] } else { list.append(line.value) }
    }
    return list
  }

  /// The words of every value since the last empty one; backslashes are ordinary characters, and a value with a quote
  /// left open counts for nothing.
  func words(_ key: String) -> [String] { all(key).flatMap { (try? PodmanWords.plain($0)) ?? [] } }

  /// The words of every value since the last empty one, with C escapes; a value with an unknown escape counts for
  /// nothing.
  func arguments(_ key: String) -> [String] { all(key).flatMap { (try? PodmanWords.escaped($0)) ?? [] } }

  /// The words of the last value, with C escapes; `nil` where there is none or it has an unknown escape.
  func lastArguments(_ key: String) -> [String]? { raw(key).flatMap { try? PodmanWords.escaped($0) } }

  /// `KEY=VALUE` words of every value since the last empty one, each key once with its last value (`nil` without `=`); a value
  /// with an unknown escape counts for nothing.
  func assignments(_ key: String) -> [String: String?] {
    var assignments: [String: String?] = [:]
    for word in arguments(key) {
      guard let equals = word.utf8.firstIndex(of: UInt8(ascii: "=")) else {
        assignments.updateValue(nil, forKey: word)
        continue
      }
      assignments.updateValue(String(word[word.utf8.index(after: equals)...]), forKey: String(word[..<equals]))
    }
    return assignments
  }

  /// The last value as a number of 32 bits, read like C's `strtol`; 0 where it is none.
  func number(_ key: String) -> UInt32 {
    guard let text = string(key) else { return 0 }
    let digits = text.hasPrefix("+") ? text.dropFirst() : text[...]
    let value: Int64? =
      if digits.hasPrefix("0x") || digits.hasPrefix("0X") {
        Int64(digits.dropFirst(2), radix: 16)
      } else if digits.hasPrefix("0") {
        Int64(digits, radix: 8)
      } else {
        Int64(digits)
      }
    return value.flatMap { UInt32(exactly: $0) } ?? 0
  }

  /// A value without trailing whitespace and without one pair of double quotes around it.
  static func unquoted(_ raw: String) -> String {
    if let last = raw.utf8.last, (0x21..<0x7F).contains(last), last != UInt8(ascii: "\"") { return raw }
    guard let end = raw.unicodeScalars.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
    var value = raw[...end]
    if value.utf8.count >= 2, value.utf8.first == UInt8(ascii: "\""), value.utf8.last == UInt8(ascii: "\"") {
      value = value.dropFirst().dropLast()
    }
    return String(value)
  }
}
