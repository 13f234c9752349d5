import Foundation
import LicenseProtocol
import SwiftProtobuf
import TestSupport
import Testing

@Suite("Recorded reports of what a node reads of itself")
struct MetricsVectorTests {
  /// What all readings have in common.
  private struct Snapshot: Decodable {
    struct Condition: Decodable { var type, status, reason, message: String }
    struct Reading: Decodable {
      var state: String
      var at_ns: UInt64?
      var reason: String?
    }
    struct Run: Decodable {
      var name, state: String
      var duration_ns: UInt64
      var last_measured_ns: UInt64?
      var reason: String?
    }
    var time_ns: UInt64
    var wall_time_ns: Int64
    var conditions: [Condition]
    var readings: [String: Reading]
    var collectors: [Run]
  }

  private let messages: [Lowlayer_Agent_V1_NodeMessage.OneOf_Message]
  private let reports: [Lowlayer_Agent_V1_MetricsReport]

  init() throws {
    let steps = try RecordedTrace("metrics").steps.filter { $0.from == "node" }
    messages = try steps.compactMap { try Lowlayer_Agent_V1_NodeMessage(serializedBytes: hex($0.wire)).message }
    reports = messages.compactMap { if case .metricsReport(let report) = $0 { report } else { nil } }
  }

  private func decoded(_ report: Lowlayer_Agent_V1_MetricsReport) throws -> Snapshot {
    try JSONDecoder().decode(Snapshot.self, from: report.snapshotJson)
  }

  @Test("each snapshot is what the agent prints of the recorded machine, but for its clocks and its boot")
  func golden() throws {
    let path = "Tests/NodeMetricsTests/Fixtures/expected/captured-debian-12-linux-6.18-cgroup-v1.json"
    let expected = masked(
      String(decoding: try Data(contentsOf: SharedFolder.checkout.appendingPathComponent(path)), as: UTF8.self))
    #expect(reports.map(\.sequence) == [1, 2, 1])
    for report in reports {
      let lines = masked(String(decoding: report.snapshotJson, as: UTF8.self))
      #expect(lines.count == expected.count)
      for (line, wanted) in zip(lines, expected) where line != wanted {
        Issue.record("report of \(report.boottimeNs): \(line) instead of \(wanted); run make-traces again")
        break
      }
    }
  }

  /// The lines, without what depends on when and in which boot they were read. Where nothing was read, that stays.
  private func masked(_ text: String) -> [Substring] {
    let clocks: Set<Substring> = [
      "\"time_ns\"", "\"wall_time_ns\"", "\"at_ns\"", "\"last_measured_ns\"", "\"now_ns\"", "\"boot_time_s\"",
      "\"not_before_s\"", "\"not_after_s\"", "\"uptime_ms\"", "\"boot_id\"",
    ]
    return text.split(separator: "\n").map { line in
      let name = line.drop { $0 == " " }.prefix { $0 != ":" }
      return clocks.contains(name) && !line.hasSuffix("null") && !line.hasSuffix("null,") ? name : line
    }
  }

  @Test("a reading is measured at a time, or it is not there and says why; nothing is from after the report")
  func readings() throws {
    var states = Set<String>()
    for report in reports {
      let snapshot = try decoded(report)
      try #require(snapshot.time_ns <= report.boottimeNs)
      for (name, reading) in snapshot.readings {
        states.insert(reading.state)
        #expect((reading.at_ns != nil) == (reading.state == "measured"), "\(name)")
        #expect((reading.reason == nil) == (reading.state == "measured"), "\(name)")
        #expect(reading.at_ns.map { (snapshot.time_ns...report.boottimeNs).contains($0) } ?? true, "\(name)")
      }
      for run in snapshot.collectors {
        #expect(run.state == snapshot.readings[run.name]?.state, "\(run.name)")
        #expect(run.reason == snapshot.readings[run.name]?.reason, "\(run.name)")
      }
    }
    #expect(states == ["measured", "unavailable"])
  }

  @Test("a Heartbeat carries the newest snapshot's conditions, word for word")
  func conditions() throws {
    let snapshot = try decoded(try #require(reports.first))
    let expected = snapshot.conditions.map { [$0.type, $0.status, $0.reason, $0.message] }
    #expect(expected.count == 6)
    var heartbeats = 0
    for case .heartbeat(let heartbeat) in messages {
      #expect(heartbeat.conditions.map { [$0.type, $0.status, $0.reason, $0.message] } == expected)
      heartbeats += 1
    }
    #expect(heartbeats == 4)
  }
}
