/// A stable version of Ignition's configuration specification. Ignition accepts a config only if it knows its exact
/// version.
public enum SpecVersion: String, Sendable, Hashable, CaseIterable, Comparable {
  /// 3.0.0, the first of the third generation.
  case v30 = "3.0.0"
  /// 3.1.0: HTTP headers, proxies, mount options, SHA-256, compression of every resource.
  case v31 = "3.1.0"
  /// 3.2.0: LUKS, partition resizing, deletion of users and groups, Google Cloud Storage.
  case v32 = "3.2.0"
  /// 3.3.0: kernel arguments, the filesystem format `none`. The newest that Ignition 2.14 knows.
  case v33 = "3.3.0"
  /// 3.4.0: offline Tang, LUKS open options and discard, S3 by ARN.
  case v34 = "3.4.0"
  /// 3.5.0: LUKS keys of IBM CEX.
  case v35 = "3.5.0"
  /// 3.6.0: setuid, setgid and sticky bits. The newest that Ignition 2.26 knows as stable.
  case v36 = "3.6.0"

  /// The newest version, which the model has the shape of.
  public static let newest = SpecVersion.v36

  /// Orders by age, oldest first.
  public static func < (left: SpecVersion, right: SpecVersion) -> Bool { left.rawValue < right.rawValue }
}

extension SpecVersion: CustomStringConvertible {
  /// The version as a config writes it, such as `3.5.0`.
  public var description: String { rawValue }
}
