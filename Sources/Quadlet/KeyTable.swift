/// The keys that quadlet knows in one section, each with the podman release that introduced it.
public struct KeyTable: Sendable, Hashable {
  /// The release that introduced the section itself.
  public let since: PodmanVersion
  /// Key, as written (keys are case-sensitive), to the release that introduced it; 4.4.0 is the first that has quadlet.
  public let keys: [String: PodmanVersion]

  init(_ releases: [PodmanVersion: String]) {
    var keys: [String: PodmanVersion] = [:]
    for (release, names) in releases {
      for name in names.split(whereSeparator: \.isWhitespace) { keys[String(name)] = release }
    }
    self.keys = keys
    since = releases.keys.min() ?? .reference
  }

  /// The release that introduced `key`; `nil` where no release up to ``PodmanVersion/reference`` knows it.
  public func since(_ key: String) -> PodmanVersion? { keys[key] }
}
