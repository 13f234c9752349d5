import FoundationEssentials
import LicenseProtocol
import SwiftProtobuf

/// The reports of one session: at most one in flight, and of those that wait only the newest is kept.
struct ReportQueue: Hashable {
  /// The longest snapshot that is sent, in bytes: a message of the node is at most 1 MiB (docs/license-protocol.md), and
  /// the rest of it is less than 4 KiB.
  static let longestSnapshot = (1 << 20) - (4 << 10)

  private var sequence: UInt64 = 0
  private var isOpen = false
  private var inFlight: UInt64?
  private var waiting: Lowlayer_Agent_V1_MetricsReport?

  /// The report to send now that the session is open.
  mutating func open() -> Lowlayer_Agent_V1_MetricsReport? {
    isOpen = true
    return next()
  }

  /// Another session: it counts from the start, and what was in flight is lost.
  mutating func close() {
    (isOpen, inFlight, sequence) = (false, nil, 0)
  }

  /// The report to send now that there is another snapshot; `nil` while one is in flight or no session is open.
  mutating func add(_ snapshot: [UInt8], bootTime: UInt64) -> Lowlayer_Agent_V1_MetricsReport? {
    waiting = .with {
      $0.boottimeNs = bootTime
      $0.snapshotJson = snapshot.data
    }
    return next()
  }

  /// The report to send now that the operator has taken one. An acknowledgement of anything else is nothing.
  mutating func acknowledge(_ sequence: UInt64) -> Lowlayer_Agent_V1_MetricsReport? {
    guard sequence == inFlight else { return nil }
    inFlight = nil
    return next()
  }

  private mutating func next() -> Lowlayer_Agent_V1_MetricsReport? {
    guard isOpen, inFlight == nil, var report = waiting else { return nil }
    waiting = nil
    sequence += 1
    report.sequence = sequence
    inFlight = sequence
    return report
  }
}
