import Crypto
import LicenseProtocol
import LocalFiles

/// The folder with what nodes are to apply: `NAME.conf`, the body of a drop-in of the agent's settings in systemd's
/// syntax. It is looked at again and again.
struct ConfigurationFolder: Sendable {
  let path: String

  /// Bodies by name, without `.conf`. All of them together are small enough for one message.
  typealias Bodies = [String: [UInt8]]

  /// What was read.
  struct Contents: Sendable {
    /// What can be sent.
    var bodies = Bodies()
    /// Why the other files are left out, one line each. A node would refuse all for one of them.
    var faults: [String] = []
  }

  var folder: WatchedFolder { WatchedFolder(path: path, suffixes: [".conf"]) }

  /// Reads the files that a stamp names, but for those that no node would take. Where they are too many or too much,
  /// the first by their names are read.
  func read(_ stamp: WatchedFolder.Stamp) throws(OperatorError) -> Contents {
    var contents = Contents()
    var size = 0
    for entry in stamp.entries {
      func leaveOut(_ words: String) {
        contents.faults.append("\(OperatorError.file("\(path)/\(entry.name)", words)); it is left out")
      }
      let name = String(entry.name.dropLast(".conf".count))
      guard ConfigurationLimits.isName(name) else {
        leaveOut("a name has 1 to \(ConfigurationLimits.nameBytes) lower case letters, digits, dots and dashes")
        continue
      }
      guard contents.bodies.count < ConfigurationLimits.names else {
        leaveOut("a node keeps at most \(ConfigurationLimits.names) configurations")
        continue
      }
      // It may be longer than any file that is read here, and that would be a fault of the whole folder.
      let isLong = entry.file.size > ConfigurationLimits.bodyBytes
      let body = try isLong ? [] : folder.contents(entry.name)
      guard !isLong, body.count <= ConfigurationLimits.bodyBytes else {
        leaveOut("longer than \(ConfigurationLimits.bodyBytes) bytes")
        continue
      }
      guard size + body.count <= ConfigurationLimits.totalBytes else {
        leaveOut("with those before it more than \(ConfigurationLimits.totalBytes) bytes")
        continue
      }
      size += body.count
      contents.bodies[name] = body
    }
    return contents
  }
}

/// The versions of the configuration: a name's version grows with every change of its body, and never comes back, also
/// when the name goes and returns. It is the time of the change where that is more, so that it does not come back where
/// the state was lost or an older one restored either: who has that version already would never be sent the body.
struct ConfigurationVersions: Sendable, Hashable, Codable {
  /// One name's state.
  struct Version: Sendable, Hashable, Codable {
    /// Grows with each change.
    var number: UInt64
    /// SHA-256 of the body; empty while the name is not there.
    var digest: [UInt8]
  }

  /// All names that ever were.
  private(set) var versions: [String: Version] = [:]

  /// The numbers of the names that are there.
  var current: [String: UInt64] { versions.filter { !$0.value.digest.isEmpty }.mapValues(\.number) }

  /// Takes over what the folder has now.
  /// - Parameter date: the time of the change, in seconds since 1970.
  /// - Returns: whether anything changed.
  mutating func take(_ bodies: ConfigurationFolder.Bodies, at date: Int64) -> Bool {
    let before = self
    for (name, body) in bodies {
      let digest = Array(SHA256.hash(data: body))
      if versions[name]?.digest != digest {
        let next = (versions[name]?.number ?? 0) + 1
        versions[name] = Version(number: max(next, UInt64(clamping: date)), digest: digest)
      }
    }
    for name in versions.keys where bodies[name] == nil { versions[name]?.digest = [] }
    return self != before
  }
}

/// What nodes are to apply: bodies, and their versions, which are saved. A version that may be forgotten could be
/// another body's later.
struct WantedConfiguration: Sendable {
  var bodies: ConfigurationFolder.Bodies
  /// By the same names.
  var versions: [String: UInt64]

  /// What is to be sent to a node that has `applied`: names to set, and names to remove. Both empty where it is up to
  /// date.
  func difference(from applied: [String: UInt64]) -> (set: [String], removed: [String]) {
    (
      versions.filter { applied[$0.key] != $0.value }.keys.sorted(),
      applied.keys.filter { versions[$0] == nil }.sorted()
    )
  }
}
