public import Diagnostics

/// Whether one thing that the boot waits for is there, and if not, everything that is wrong with it.
public struct ReadinessStatus: Sendable, Hashable {
  /// What it is called: a manifest's `Name=`, or the last part of its path.
  public var name: String
  /// Where it is looked for: a file's path or an address.
  public var path: String
  /// What is wrong with it, all at once; empty where it is ready.
  public var findings: [Finding]

  /// A status.
  public init(name: String, path: String, findings: [Finding] = []) {
    self.name = name
    self.path = path
    self.findings = findings
  }

  /// Whether nothing is wrong with it.
  public var isReady: Bool { findings.isEmpty }
}

/// Something that can be looked at again and again until it is ready.
public protocol ReadinessCheck {
  /// Looks once. The findings of two looks are equal unless something changed: they carry no times that pass by themselves.
  mutating func check() async -> [ReadinessStatus]
}
