import Diagnostics
import Foundation
import Quadlet
import TestSupport

/// One case of the conformance set: quadlet files with what podman 5.8.2's own generator made of them.
struct ConformanceCase: Decodable, Sendable {
  struct Unit: Decodable, Sendable {
    var filename: String
    var text: String
  }

  struct Shadowed: Decodable, Sendable {
    var service: String
    var text: String
  }

  var name: String
  var mode: String
  var units: [Unit]
  var exit_code: Int
  var services: [String: String]
  var order: [String]
  var shadowed: [Shadowed]
  var varies: [String: [String]]
  var symlinks: [String: String]
  var stderr: [String]

  /// Every case of the shared folder; none where it is not there.
  static let all: [ConformanceCase] = {
    guard let bytes = try? SharedFolder.bytes(of: "conformance/quadlet/cases.jsonl") else { return [] }
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    return lines.compactMap { try? JSONDecoder().decode(ConformanceCase.self, from: Data($0)) }
  }()

  /// What the code under test makes of the case.
  var converted: Conversion {
    let files = units.map { QuadletFile(path: $0.filename, text: $0.text) }
    return QuadletGenerator(files: files, mode: mode == "user" ? .user : .system).convert()
  }

  /// The differences between ``converted`` and the recording, one line each.
  var differences: [String] {
    let ours = converted
    var found: [String] = []
    let exit = ours.report.hasErrors ? 1 : 0
    if exit != exit_code { found.append("exit code \(exit), not \(exit_code)") }
    let services = ours.services
    for name in Set(services.keys).symmetricDifference(self.services.keys).sorted() {
      found.append(services[name] == nil ? "\(name) is missing" : "\(name) is too many")
    }
    for (name, text) in self.services.sorted(by: { $0.key < $1.key }) {
      guard let mine = services[name] else { continue }
      found += Self.compare(mine, text, varies: varies[name] ?? []).map { "\(name): \($0)" }
    }
    if ours.produced.map(\.name) != order { found.append("order \(ours.produced.map(\.name)), not \(order)") }
    for (mine, theirs) in zip(ours.shadowed, shadowed) {
      found += Self.compare(mine.text, theirs.text, varies: varies[theirs.service] ?? []).map { "shadowed: \($0)" }
    }
    if ours.shadowed.map(\.name) != shadowed.map(\.service) { found.append("other services are shadowed") }
    if ours.symlinks != symlinks { found.append("links \(ours.symlinks), not \(symlinks)") }
    let messages = ours.failures.map { "converting \"\($0.unit)\": \($0.message)" }
    let expected = stderr.filter { $0.hasPrefix("converting \"") }
    if messages != expected { found.append("messages \(messages), not \(expected)") }
    return found
  }

  /// Line by line; a line that varies from run to run as a multiset of words in which the values of one flag keep
  /// their order.
  private static func compare(_ mine: String, _ theirs: String, varies: [String]) -> [String] {
    let left = mine.components(separatedBy: "\n")
    let right = theirs.components(separatedBy: "\n")
    guard left.count == right.count else { return ["\(left.count) lines, not \(right.count)\n\(mine)\n---\n\(theirs)"] }
    var section = ""
    return zip(left, right).compactMap { mine, theirs in
      if theirs.hasPrefix("[") { section = String(theirs.dropFirst().dropLast()) }
      if mine == theirs { return nil }
      let key = section + "." + theirs.prefix { $0 != "=" }
      if varies.contains(key), sameFlags(mine, theirs) { return nil }
      return "\(mine)\n    not: \(theirs)"
    }
  }

  private static func sameFlags(_ left: String, _ right: String) -> Bool {
    func flags(_ line: String) -> [String: [String]] {
      let words = line.components(separatedBy: " ")
      return zip(words, words.dropFirst() + [""]).reduce(into: [:]) { flags, pair in
        if pair.0.hasPrefix("--") { flags[pair.0, default: []].append(pair.1) }
      }
    }
    let words = { (line: String) in line.components(separatedBy: " ").sorted() }
    guard words(left) == words(right) else { return false }
    // The word after a repeated flag is its value; where flags without values meet, the neighbour may differ.
    let (mine, theirs) = (flags(left), flags(right))
    return mine.allSatisfy { flag, values in values.count < 2 || theirs[flag] == values }
  }
}
