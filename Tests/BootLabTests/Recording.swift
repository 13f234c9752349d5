import BootChain
import BootLab
import Foundation

/// A boot of a worker whose units were stand-ins that sleep, under systemd 257 in systemd-nspawn: its journal, and what
/// `systemctl show` said of it. Fields that no test reads were taken out.
struct Recording {
  /// A worker as the example cluster has it.
  static let chain = BootChain(
    BootChain.Shape(isMaster: false, runtimeArchives: ["cri-o", "cni-plugins"], toolArchives: ["crictl"]))

  let bytes: [UInt8]
  let systemd: Systemd

  /// What systemd itself knew, in microseconds of the monotonic clock.
  struct Systemd: Decodable {
    var userspace: Int
    var units: [String: Unit]

    struct Unit: Decodable {
      var InactiveExitTimestampMonotonic: Int
      var ActiveEnterTimestampMonotonic: Int
      var InactiveEnterTimestampMonotonic: Int
      var NRestarts: Int?
      var ActiveState: String

      /// When its start ended; a oneshot that does not remain is never active.
      var end: Int {
        ActiveEnterTimestampMonotonic == 0 ? InactiveEnterTimestampMonotonic : ActiveEnterTimestampMonotonic
      }
    }
  }

  init(_ name: String) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
    bytes = Array(try Data(contentsOf: folder.appendingPathComponent("\(name).journal.json")))
    systemd = try JSONDecoder().decode(
      Systemd.self, from: try Data(contentsOf: folder.appendingPathComponent("\(name).systemd.json")))
  }

  /// The journal's lines.
  var lines: [String] { String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init) }

  var entries: [JournalEntry] { JournalStream(bytes).entries }

  func timeline(_ entries: [JournalEntry]? = nil, origin: BootOrigin? = nil) -> BootTimeline {
    BootTimeline(
      node: "worker-1", machine: "nspawn", chain: Self.chain, entries: entries ?? self.entries,
      origin: origin ?? .monotonic(systemd.userspace), budget: BootBudget(for: Self.chain))
  }

  /// A moment of systemd's, counted as a timeline counts.
  func since(_ monotonic: Int) -> Duration { .microseconds(monotonic - systemd.userspace) }
}

extension Duration {
  /// Whether the two are as near as systemd's own note of a moment and its message about it.
  func isNear(_ other: Duration?) -> Bool {
    guard let other else { return false }
    return abs((self - other) / .milliseconds(1)) < 60
  }
}
