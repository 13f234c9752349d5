import BaseEncodings
import Diagnostics
import SystemdUnit
import TPMStructures

/// Reads one section of a substitutions file.
struct SubstitutionReader {
  private let section: Section
  private(set) var report = Report()

  init(_ section: Section) { self.section = section }

  mutating func substitution() -> Substitution? {
    let isRemoval = section.name == "Removal"
    let isInsertion = section.name == "Insertion"
    var measurements: [Substitution.Measurement] = []
    var digests: [HashAlgorithm: [UInt8]] = [:]
    var selector = Substitution.Selector(pcr: -1)
    var every = false
    var before = false
    var seen = Set<String>()
    for directive in section.directives {
      let value = directive.value
      let isContent = ["Digest", "File", "Image", "Text", "Variable"].contains(directive.key)
      let isFirst = seen.insert(directive.key).inserted || directive.key == "Digest"
      switch directive.key {
      case _ where !isFirst: fault("\(directive.key)= occurs twice", directive)
      case _ where value.isEmpty: fault("\(directive.key)= is empty", directive)
      case _ where isContent && isRemoval: fault("\(directive.key)= has no meaning in [Removal]", directive)
      case "PCR": selector.pcr = pcr(directive) ?? -1
      case "Type": selector.type = type(directive)
      case "Match": selector.match = unescaped(directive)
      case "Measured": selector.measured = value
      case "Every": every = boolean(directive)
      case "Before" where isInsertion: before = boolean(directive)
      case "Digest":
        guard let (hash, digest) = digest(directive) else { continue }
        if digests.updateValue(digest, forKey: hash) != nil { fault("two \(hash) digests", directive) }
      case "File": measurements.append(.file(value))
      case "Image": measurements.append(.image(value))
      case "Text": if let text = unescaped(directive) { measurements.append(.text(text)) }
      case "Variable" where !isInsertion: measurements.append(.variable(value))
      default: fault("\(directive.key)= has no meaning in [\(section.name)]", directive)
      }
    }
    if !seen.contains("PCR") { report.error("[\(section.name)] has no PCR=", position: section.position) }
    if !isInsertion, seen.contains("PCR"), seen.isDisjoint(with: ["Type", "Match", "Measured"]) {
      report.error(
        "[\(section.name)] selects no event: Type=, Match= or Measured= is missing", position: section.position)
    }
    if isInsertion, every { report.error("an insertion happens once", position: section.position) }
    if !digests.isEmpty { measurements.append(.digests(digests)) }
    if !isRemoval, measurements.count != 1 {
      let words = measurements.isEmpty ? "one of" : "more than one of"
      report.error(
        "[\(section.name)] has \(measurements.isEmpty ? "none of" : words) Digest=, File=, Image=, Text= and Variable=",
        position: section.position)
    }
    guard !report.hasErrors else { return nil }
    guard let measurement = measurements.first else {
      return Substitution(.remove, of: selector, every: every, position: section.position)
    }
    let action: Substitution.Action =
      isInsertion ? .insert(measurement, Self.type(of: measurement), before: before) : .replace(measurement)
    return Substitution(action, of: selector, every: every, position: section.position)
  }

  private static func type(of measurement: Substitution.Measurement) -> EventType {
    if case .image = measurement { .bootServicesApplication } else { .ipl }
  }

  private mutating func fault(_ message: String, _ directive: Directive) {
    report.error(message, position: directive.position)
  }

  private mutating func pcr(_ directive: Directive) -> Int? {
    guard let pcr = Int(directive.value), (0..<24).contains(pcr) else {
      fault("PCR=\(directive.value) is not a PCR, 0 to 23", directive)
      return nil
    }
    return pcr
  }

  private mutating func type(_ directive: Directive) -> EventType? {
    guard let type = EventType(name: directive.value), type != .noAction else {
      fault("Type=\(directive.value) is not an event that extends a PCR", directive)
      return nil
    }
    return type
  }

  private mutating func boolean(_ directive: Directive) -> Bool {
    switch directive.value {
    case "yes", "true", "on", "1": return true
    case "no", "false", "off", "0": return false
    default:
      fault("\(directive.key)=\(directive.value) is neither yes nor no", directive)
      return false
    }
  }

  private mutating func digest(_ directive: Directive) -> (HashAlgorithm, [UInt8])? {
    let parts = directive.value.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, let hash = HashAlgorithm(name: String(parts[0])), hash != .sha1,
      let bytes = Hexadecimal.bytes(parts[1]), bytes.count == hash.digestSize
    else {
      fault("Digest= is not sha256: or sha384: and as many hexadecimal digits as that has", directive)
      return nil
    }
    return (hash, bytes)
  }

  private mutating func unescaped(_ directive: Directive) -> String? {
    var text = ""
    var rest = directive.value.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == "\\" else {
        text.unicodeScalars.append(scalar)
        continue
      }
      switch rest.popFirst() {
      case "n": text += "\n"
      case "t": text += "\t"
      case "s": text += " "
      case "\\": text += "\\"
      default:
        fault("\(directive.key)= has a backslash that is none of \\n, \\t, \\s and \\\\", directive)
        return nil
      }
    }
    return text
  }
}
