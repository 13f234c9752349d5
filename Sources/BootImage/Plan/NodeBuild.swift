import BootChain
public import Diagnostics
public import Ignition
import Quadlet

/// One node's outputs, and what was found while they were made.
public struct NodeBuild: Sendable {
  /// The node.
  public var node: ClusterDefinition.Node
  /// What it gets.
  public var content: NodeContent
  /// Its Ignition config as canonical JSON; `nil` where the report has errors.
  public var config: [UInt8]?

  /// Renders `plan` at `spec`, holding the result against the rules of the chain, of quadlet for the image's podman and of the spec.
  public init(_ plan: NodePlan, spec: SpecVersion, report: inout Report) {
    node = plan.node
    content = plan.content()
    for fault in plan.chain.violations() { report.error("the boot chain of \(plan.node.name) is unsound: \(fault)") }
    if let podman = PodmanVersion(plan.image.podmanVersion) {
      for quadlet in content.quadlets {
        report.add(contentsOf: quadlet.unit.validate(for: podman), in: "\(plan.node.name): \(quadlet.unit.name)")
      }
    }
    var findings = Report()
    config = plan.ignition(content).encoded(for: spec, report: &findings)
    report.add(contentsOf: findings, in: "\(plan.node.name).ign at \(spec)")
  }
}
