import Diagnostics
import Quadlet

/// The quadlets that podman's generator, as we have it, has nothing to say about. Most nodes of a role have the same: each set is converted once.
public struct SoundQuadlets: Sendable {
  private var known: Set<[QuadletUnit]> = []

  /// None yet.
  public init() {}

  /// What the generator of `podman` would find in `units`; empty for a set that was sound before.
  mutating func findings(in units: [QuadletUnit], podman: PodmanVersion) -> [Finding] {
    if known.contains(units) { return [] }
    let findings = QuadletGenerator(units: units, podman: podman).convert().report.findings
    if findings.isEmpty { known.insert(units) }
    return findings
  }
}
