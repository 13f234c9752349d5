import BootChain
public import Diagnostics
public import Ignition
import Quadlet
import SystemdUnit

/// One node's outputs, and what was found while they were made.
public struct NodeBuild: Sendable {
  /// The node.
  public var node: ClusterDefinition.Node
  /// What it gets.
  public var content: NodeContent
  /// Its Ignition config as canonical JSON; `nil` where the report has errors.
  public var config: [UInt8]?

  /// Renders `plan` at `spec` and holds the result against the rules of the chain, what the image's podman would make of the quadlets, and what
  /// Ignition would say: a fault of ours is found on the desk, not in a journal. `quadlets` remembers across nodes what was sound.
  public init(_ plan: NodePlan, spec: SpecVersion, quadlets: inout SoundQuadlets, report: inout Report) {
    node = plan.node
    content = plan.content()
    for fault in plan.chain.violations() { report.error("the boot chain of \(plan.node.name) is unsound: \(fault)") }
    for unit in content.units {
      if let file = unit.file { report.add(contentsOf: file.validate(), in: "\(plan.node.name): \(unit.name)") }
    }
    if let podman = PodmanVersion(plan.image.podmanVersion) {
      for var finding in quadlets.findings(in: content.quadlets.map(\.unit), podman: podman) {
        finding.file = "\(plan.node.name): \(finding.file ?? "quadlets")"
        report.add(finding)
      }
    }
    let ignition = plan.ignition(content)
    var findings = ignition.validate(for: spec)
    config = ignition.encoded(for: spec, report: &findings)
    report.add(contentsOf: findings, in: "\(plan.node.name).ign at \(spec)")
  }
}
