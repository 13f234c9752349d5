/// A podman release, as `podman --version` names it.
public struct PodmanVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The first number: 5 of 5.8.2.
  public var major: Int
  /// The second number: 8 of 5.8.2.
  public var minor: Int
  /// The third number: 2 of 5.8.2.
  public var patch: Int

  /// The release whose generator this module reproduces.
  public static let reference = PodmanVersion(5, 8, 2)

  /// A release by its numbers, none of them negative.
  public init(_ major: Int, _ minor: Int, _ patch: Int = 0) {
    self.major = major
    self.minor = minor
    self.patch = patch
  }

  /// A release written `5.8` or `5.8.2`, with or without a leading `v`; what follows a `-` or `~` is ignored. `nil`
  /// for anything else.
  public init?(_ text: String) {
    let bare = text.hasPrefix("v") ? text.dropFirst() : text[...]
    let release = bare.prefix { $0 != "-" && $0 != "~" }
    let parts = release.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    guard (2...3).contains(parts.count), let major = parts[0], let minor = parts[1] else { return nil }
    guard let patch = parts.count == 3 ? parts[2] : 0 else { return nil }
    guard major >= 0, minor >= 0, patch >= 0 else { return nil }
    self.init(major, minor, patch)
  }

  /// The three numbers with dots between them: `5.8.2`.
  public var description: String { "\(major).\(minor).\(patch)" }

  /// Orders by major, minor, patch.
  public static func < (left: PodmanVersion, right: PodmanVersion) -> Bool {
    (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
  }
}
