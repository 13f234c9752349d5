import Crypto

/// The folder with what nodes are to apply: `NAME.conf`, the body of a drop-in of the agent's settings in systemd's
/// syntax. It is looked at again and again.
struct ConfigurationFolder: Sendable {
  let path: String

  /// Bodies by name, without `.conf`. All of them together are small enough for one message.
  typealias Bodies = [String: [UInt8]]

  private static let largest = 1 << 20

  var folder: WatchedFolder { WatchedFolder(path: path, suffixes: [".conf"]) }

  /// Reads the files that a stamp names.
  func read(_ stamp: WatchedFolder.Stamp) throws(OperatorError) -> Bodies {
    var bodies = Bodies()
    var size = 0
    for entry in stamp.entries {
      let body = try folder.contents(entry.name)
      size += body.count
      guard size <= Self.largest else { throw .file(path, "more than \(Self.largest) bytes of configuration") }
      bodies[String(entry.name.dropLast(".conf".count))] = body
    }
    return bodies
  }
}

/// The versions of the configuration: a name's version grows with every change of its body, and never comes back, also
/// when the name goes and returns.
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
  /// - Returns: whether anything changed.
  mutating func take(_ bodies: ConfigurationFolder.Bodies) -> Bool {
    let before = self
    for (name, body) in bodies {
      let digest = Array(SHA256.hash(data: body))
      if versions[name]?.digest != digest {
        versions[name] = Version(number: (versions[name]?.number ?? 0) + 1, digest: digest)
      }
    }
    for name in versions.keys where bodies[name] == nil { versions[name]?.digest = [] }
    return self != before
  }

  /// What is to be sent to a node that has `applied`: names to set, and names to remove. Both empty where it is up to
  /// date.
  func difference(from applied: [String: UInt64]) -> (set: [String], removed: [String]) {
    let current = current
    return (
      current.filter { applied[$0.key] != $0.value }.keys.sorted(),
      applied.keys.filter { current[$0] == nil }.sorted()
    )
  }
}
