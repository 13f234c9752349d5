import Diagnostics

/// Reads the attributes of one block, each once, and refuses those that nobody asked for.
///
/// Upstream only warns of an unknown key of the server's configuration ("unknown or unsupported field … found in
/// configuration"); the double refuses it, since a rendered key that nobody reads is a mistake of the renderer.
final class HCLFields {
  let body: HCLBody
  let place: String
  private(set) var report = Report()
  private var asked: Set<String> = []

  init(_ body: HCLBody, in place: String) {
    self.body = body
    self.place = place
  }

  func refuse(_ message: String, at position: SourcePosition? = nil) {
    report.error(message, position: position ?? body.position)
  }

  func add(_ other: Report) { report.add(contentsOf: other) }

  /// Where an attribute stands; where the block begins, if it is not there.
  func position(_ key: String) -> SourcePosition { body.all(key).last?.position ?? body.position }

  /// An attribute's value. A block of that name is one too; of several the last one counts, as upstream decodes it.
  func value(_ key: String) -> HCLValue? {
    asked.insert(key)
    return body.all(key).last?.value
  }

  func string(_ key: String) -> String? {
    switch value(key) {
    case nil: return nil
    case .string(let text): return text
    // hashicorp/hcl decodes weakly: a number is taken where a string is wanted.
    case .number(let number): return String(number)
    case let other?:
      refuse("\(key): expected a string, got a \(other.kind)", at: position(key))
      return nil
    }
  }

  func strings(_ key: String) -> [String] {
    switch value(key) {
    case nil: return []
    case .string(let text): return text.split(separator: ",").map(String.init)
    case .list(let values):
      let texts = values.compactMap { if case .string(let text) = $0 { text } else { nil } }
      if texts.count != values.count { refuse("\(key): expected a list of strings", at: position(key)) }
      return texts
    case let other?:
      refuse("\(key): expected a list of strings, got a \(other.kind)", at: position(key))
      return []
    }
  }

  /// A boolean; strings and numbers as Go's `strconv.ParseBool` reads them.
  func boolean(_ key: String) -> Bool? {
    switch value(key) {
    case nil: return nil
    case .boolean(let value): return value
    case .string(let text):
      if ["1", "t", "T", "true", "TRUE", "True"].contains(text) { return true }
      if ["0", "f", "F", "false", "FALSE", "False", ""].contains(text) { return false }
      refuse(
        "invalid value for \(key): cannot parse '' as bool: strconv.ParseBool: parsing \"\(text)\": invalid syntax",
        at: position(key))
      return nil
    case .number(let number): return number != 0
    case let other?:
      refuse("invalid value for \(key): expected a bool, got a \(other.kind)", at: position(key))
      return nil
    }
  }

  func duration(_ key: String) -> Double? {
    guard let value = value(key) else { return nil }
    do throws(GoDuration.Fault) { return try GoDuration.seconds(value.json) } catch {
      refuse("invalid value for \(key): \(error)", at: position(key))
      return nil
    }
  }

  func number(_ key: String) -> Int? {
    switch value(key) {
    case nil: return nil
    case .number(let number): return number
    case .string(let text):
      if let number = Int(text) { return number }
      refuse("\(key): strconv.ParseInt: parsing \"\(text)\": invalid syntax", at: position(key))
      return nil
    case let other?:
      refuse("\(key): expected a number, got a \(other.kind)", at: position(key))
      return nil
    }
  }

  /// The blocks of that name, each with its labels.
  func blocks(_ key: String) -> [(labels: [String], body: HCLBody, position: SourcePosition)] {
    asked.insert(key)
    return body.all(key).compactMap { item in
      guard case .object(let body) = item.value else {
        refuse("\(key): expected a block, got a \(item.value.kind)", at: item.position)
        return nil
      }
      return (item.labels, body, item.position)
    }
  }

  /// The report, with everything refused that was not asked for.
  func finished() -> Report {
    for item in body.items where !asked.contains(item.key) {
      refuse("unknown or unsupported field \(item.key) found in configuration (\(place))", at: item.position)
    }
    return report
  }
}
