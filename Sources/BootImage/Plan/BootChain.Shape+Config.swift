public import BootChain
public import Ignition

extension BootChain.Shape {
  /// The shape of a node whose config was rendered by this program, as its units and quadlets tell.
  public init(of config: IgnitionConfig) {
    let units = Set(config.systemd.units.map(\.name))
    let files = Set(config.storage.files.map(\.path))
    func hasQuadlet(_ name: String) -> Bool { files.contains("/etc/containers/systemd/\(name).container") }
    func unpacked(_ components: [String]) -> [String] {
      components.filter { units.contains(ChainUnit.unpack($0)) }
    }
    self.init(
      isMaster: hasQuadlet("openbao") || units.contains(ChainUnit.openbao),
      initialises: units.contains(ChainUnit.bootstrapGate), hasKeepalived: hasQuadlet("keepalived"),
      hasSysexts: files.contains { $0.hasPrefix("/etc/extensions/") || $0.hasPrefix("/var/lib/extensions/") },
      hasAgent: units.contains(ChainUnit.agent), runtimeArchives: unpacked(["cri-o", "cni-plugins"]),
      addonArchives: unpacked(["cilium-cli", "cilium-chart"]), toolArchives: unpacked(["crictl"]))
  }
}
