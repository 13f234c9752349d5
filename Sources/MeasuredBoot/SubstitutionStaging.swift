import Diagnostics
import TPMStructures

/// A staged log in the making: the running one and what changes in it.
struct SubstitutionStaging {
  private let bank: HashAlgorithm
  private let files: [String: [UInt8]]
  private let log: EventLog
  private var replacements: [Int: Event] = [:]
  private var removals = Set<Int>()
  private var before: [Int: [Event]] = [:]
  private var after: [Int: [Event]] = [:]
  private var position: SourcePosition?
  private(set) var report = Report()

  init(log: EventLog, bank: HashAlgorithm, files: [String: [UInt8]]) {
    self.bank = bank
    self.files = files
    var reduced = log
    for index in reduced.events.indices {
      reduced.events[index].number = index
      reduced.events[index].digests.removeAll { $0.algorithm != bank.algorithm }
    }
    reduced.algorithms = log.algorithms.filter { $0 == bank.algorithm }
    self.log = reduced
  }

  var staged: EventLog {
    var staged = log
    staged.events = log.events.indices.flatMap { index in
      let event = removals.contains(index) ? [] : [replacements[index] ?? log.events[index]]
      return (before[index] ?? []) + event + (after[index] ?? [])
    }
    return staged
  }

  mutating func apply(_ substitution: Substitution) {
    position = substitution.position
    let selected = select(substitution)
    switch substitution.action {
    case .remove:
      for event in selected where isFirst(event) { removals.insert(event.number) }
    case .replace(let measurement):
      for event in selected where isFirst(event) {
        if let event = self.event(event, measuring: measurement) { replacements[event.number] = event }
      }
    case .insert(let measurement, let type, let isBefore):
      guard let place = isBefore ? selected.first : selected.last else { return }
      let empty = Event(
        number: place.number, offset: place.offset, pcr: substitution.selector.pcr, type: type, digests: [], data: [])
      guard let event = event(empty, measuring: measurement, isNew: true) else { return }
      if isBefore {
        before[place.number, default: []].append(event)
      } else {
        after[place.number, default: []].append(event)
      }
    }
  }

  private mutating func fault(_ message: String) { report.error(message, position: position) }

  private mutating func isFirst(_ event: Event) -> Bool {
    let isFirst = replacements[event.number] == nil && !removals.contains(event.number)
    if !isFirst { fault("another substitution has changed this event: \(event)") }
    return isFirst
  }

  /// The events that are meant; none, and a finding, where they do not fit.
  private mutating func select(_ substitution: Substitution) -> [Event] {
    let selector = substitution.selector
    let all = log.events(extending: selector.pcr)
    if selector.isWholePCR, case .insert = substitution.action {
      // Only the order inside one PCR matters: where it has no event yet, any place does.
      return all.isEmpty ? Array(log.events.suffix(1)) : all
    }
    var digests: [[UInt8]]?
    if let path = selector.measured {
      guard let bytes = file(path) else { return [] }
      digests = [bank.hash(bytes)] + ((try? Authenticode.digest(of: bytes, bank)).map { [$0] } ?? [])
    }
    let events = all.filter { event in
      if let type = selector.type, event.type != type { return false }
      if let match = selector.match, !event.has(match) { return false }
      if let digests { return digests.contains { $0 == event.digest(bank) } }
      return true
    }
    if events.isEmpty { fault("no event of the log fits: \(selector)") }
    if events.count > 1, !substitution.every {
      let numbers = events.map { String($0.number) }.joined(separator: ", ")
      fault("\(events.count) events of the log fit (\(numbers)), and neither one nor Every=yes is said: \(selector)")
      return []
    }
    return events
  }

  private mutating func file(_ path: String) -> [UInt8]? {
    if files[path] == nil { fault("\(path) was not handed in") }
    return files[path]
  }

  /// `event` as it would be if it measured something else; `nil`, and a finding, where that cannot be told.
  private mutating func event(
    _ event: Event, measuring measurement: Substitution.Measurement, isNew: Bool = false
  ) -> Event? {
    var event = event
    let digest: [UInt8]
    switch measurement {
    case .digests(let digests):
      guard let given = digests[bank] else {
        fault("no \(bank) digest is given")
        return nil
      }
      digest = given
    case .file(let path):
      guard let bytes = file(path) else { return nil }
      digest = bank.hash(bytes)
    case .image(let path):
      guard let bytes = file(path) else { return nil }
      do throws(AuthenticodeError) {
        digest = try Authenticode.digest(of: bytes, bank)
      } catch {
        fault("\(path): \(error)")
        return nil
      }
    case .text(let text):
      let rule: Event.Rule? =
        isNew ? (Event.grubText(Array(text.utf8)[...]) == nil ? .text : .grub) : event.rule(bank)
      event.data = Array(text.utf8) + [0]
      guard let rule, rule != .contents, let measured = event.measured(by: rule) else {
        fault("the new text cannot be measured as the old one was: \(event)")
        return nil
      }
      digest = bank.hash(measured)
    case .variable(let path):
      guard let contents = file(path) else { return nil }
      guard case .variable(let variable) = event.content, let rule = event.rule(bank) else {
        fault("the event measures no UEFI variable: \(event)")
        return nil
      }
      event.data = variable.structure(with: contents)
      digest = bank.hash(rule == .contents ? contents : event.data)
    }
    event.digests = [Event.Digest(bank.algorithm, digest)]
    return event
  }
}

extension Event {
  /// Whether its text, or what is said of it in words, has `part`.
  fileprivate func has(_ part: String) -> Bool {
    if words.has(part) { return true }
    if case .text(let text) = content { return text.has(part) }
    return false
  }
}

extension String {
  /// Whether it has `part`, compared byte by byte.
  fileprivate func has(_ part: String) -> Bool {
    let (whole, part) = (Array(utf8), Array(part.utf8))
    guard part.count <= whole.count else { return false }
    return (0...(whole.count - part.count)).contains { whole[$0...].starts(with: part) }
  }
}

extension Substitution.Selector: CustomStringConvertible {
  /// The conditions as a substitutions file states them.
  public var description: String {
    var parts = ["PCR=\(pcr)"]
    if let type { parts.append("Type=\(type)") }
    if let match { parts.append("Match=\(match.debugDescription)") }
    if let measured { parts.append("Measured=\(measured)") }
    return parts.joined(separator: " ")
  }
}
