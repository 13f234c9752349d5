import Diagnostics
import Foundation
import Ignition
import TestSupport
import Testing

/// What is read can be written, and what is written is read again as it was.
@Suite("Round trips of Ignition's own cases", .enabled(if: SharedFolder.url != nil, "needs the shared folder"))
struct RoundTripTests {
  private struct Case: Decodable {
    var name: String
    var config: String?
    var config_base64: String?
    var accepted: Bool

    var bytes: [UInt8] {
      config.map { Array($0.utf8) } ?? config_base64.flatMap { Data(base64Encoded: $0) }.map { Array($0) } ?? []
    }
  }

  private struct Accepted {
    var name: String
    var config: IgnitionConfig
    var spec: SpecVersion
  }

  private static func cases() throws -> [Case] {
    let decoder = JSONDecoder()
    return try SharedFolder.bytes(of: "conformance/ignition/cases.jsonl").split(separator: 0x0A).map {
      try decoder.decode(Case.self, from: Data($0))
    }
  }

  private static func accepted() throws -> [Accepted] {
    try cases().compactMap { item in
      guard item.accepted else { return nil }
      let result = IgnitionConfig.parse(item.bytes)
      return Accepted(name: item.name, config: try #require(result.config), spec: try #require(result.spec))
    }
  }

  /// Writes at `spec`, reads, writes again; the config that was read and the findings of reading it.
  private static func again(_ config: IgnitionConfig, at spec: SpecVersion) throws -> ParseResult {
    var lacks = Report()
    let written = try #require(config.encoded(for: spec, report: &lacks))
    #expect(lacks.isEmpty)
    let result = IgnitionConfig.parse(written)
    #expect(result.spec == spec)
    if let read = result.config { #expect(read.encoded(for: spec, report: &lacks) == written, "no fixed point") }
    return result
  }

  @Test("a config written at its own version is read again as it was, and written again as the same bytes")
  func ownVersion() throws {
    let accepted = try Self.accepted()
    #expect(accepted.count == 964)
    for item in accepted {
      let result = try Self.again(item.config, at: item.spec)
      #expect(result.config == item.config, "\(item.name)")
    }
  }

  @Test("a config written at the newest version is read again as it was, or refused where Ignition refuses it there")
  func newestVersion() throws {
    // Every rule whose verdict changes from version to version has a case at each, `own/RULE@VERSION`.
    let verdicts = Dictionary(try Self.cases().map { ($0.name, $0.accepted) }) { first, _ in first }
    var refused: [String] = []
    for item in try Self.accepted() {
      let result = try Self.again(item.config, at: .newest)
      if let config = result.config {
        #expect(config == item.config, "\(item.name)")
      } else {
        refused.append(item.name)
        let twin = "\(item.name.prefix { $0 != "@" })@\(SpecVersion.newest)"
        #expect(verdicts[twin] == false, "\(item.name): \(result.report.findings)")
      }
    }
    #expect(refused.count == 7, "\(refused)")
  }

  @Test("a config that nothing is merged into, or that is merged into nothing, stays as it is")
  func mergingNothing() throws {
    for item in try Self.accepted() {
      #expect(item.config.merging(IgnitionConfig()) == item.config, "\(item.name)")
      #expect(IgnitionConfig().merging(item.config) == item.config, "\(item.name)")
    }
  }
}
