import BootChain
import SystemdUnit

extension NodePlan {
  /// The add-ons stage: Cilium without kube-proxy through its pinned command-line tool, CoreDNS, RBAC, node labels. Every master has it; it is
  /// idempotent by hash, so it does not matter who comes first.
  func addAddOns(to content: inout NodeContent) {
    let origin = Origin(
      "What the cluster needs before the first workload, applied idempotently.", .component(.ciliumCLI),
      .component(.ciliumChart), .component(.cilium), .component(.coredns), .cluster("podCIDR"), .cluster("nodes"))
    content.add(file: "/etc/ll-node/addons.conf", addOns.text, origin)
    content.add(file: "\(HostPath.addons)/cilium-values.yaml", ciliumValues.text, origin)
    content.add(file: "\(HostPath.addons)/rbac.yaml", rbac.text, origin)
    content.add(file: "\(HostPath.addons)/coredns.yaml", YAMLContent.stream(coreDNS), origin)
    addStage(
      ChainUnit.clusterAddons,
      service: [
        .init("Type", "oneshot"), .init("RemainAfterExit", "yes"),
        .init("ExecStart", command(["ll-node", "addons", "--manifest", "/etc/ll-node/addons.conf"])),
        .init("TimeoutStartSec", "infinity"),
      ], restartAfter: 5, origin: origin, to: &content)
  }

  /// What `ll-node addons` applies, in this order, in systemd's own syntax.
  private var addOns: UnitFile {
    let cilium = HostPath.unpacked(.ciliumCLI, version(.ciliumCLI))
    let chart = HostPath.unpacked(.ciliumChart, version(.ciliumChart))
    var sections = [
      Section(
        "AddOns",
        [
          .init("Kubeconfig", "/etc/kubernetes/admin.kubeconfig"), .init("Kubectl", "\(HostPath.programs)/kubectl"),
          .init("StateDirectory", "/var/lib/ll/addons"),
        ]),
      Section("Manifest", [.init("Path", "\(HostPath.addons)/rbac.yaml")]),
      Section(
        "Cilium",
        [
          .init("Program", "\(cilium)/cilium"), .init("ChartDirectory", "\(chart)/cilium"),
          .init("Version", version(.ciliumChart)), .init("Values", "\(HostPath.addons)/cilium-values.yaml"),
        ]),
      Section("Manifest", [.init("Path", "\(HostPath.addons)/coredns.yaml")]),
    ]
    // kubelet may not set node-role.kubernetes.io labels on itself (NodeRestriction).
    sections += cluster.nodes.map { node in
      Section(
        "NodeLabels",
        [
          .init("Node", node.name),
          .init("Label", "node-role.kubernetes.io/\(node.role == .master ? "control-plane" : "worker")="),
        ])
    }
    return UnitFile(sections)
  }

  /// Helm values of Cilium's chart.
  private var ciliumValues: YAMLContent {
    .map([
      ("kubeProxyReplacement", .boolean(true)),
      // Works before Cilium runs: haproxy on every node's own loopback.
      ("k8sServiceHost", .string("127.0.0.1")), ("k8sServicePort", .integer(Port.apiServerLoopback)),
      ("ipam", .map([("mode", .string("kubernetes"))])),
      ("cgroup", .map([("autoMount", .map([("enabled", .boolean(false))])), ("hostRoot", .string("/sys/fs/cgroup"))])),
      ("cni", .map([("binPath", .string("/opt/cni/bin")), ("confPath", .string("/etc/cni/net.d"))])),
      ("image", pinnedImage(.cilium)),
      (
        "operator",
        .map([
          ("replicas", .integer(min(2, shared.masters.count))),
          ("image", .map([("override", .string(reference(.ciliumOperator)))])),
        ])
      ),
      ("envoy", .map([("image", pinnedImage(.ciliumEnvoy))])),
      // Its certificates would be made anew at every change of these values; whoever wants it turns it on with certificates of their own.
      ("hubble", .map([("enabled", .boolean(false))])),
    ])
  }

  /// The chart's way to name an image exactly: `override` replaces repository, tag and digest at once.
  private func pinnedImage(_ component: Component) -> YAMLContent {
    .map([("override", .string(reference(component)))])
  }

  /// The API servers' client certificate may call kubelets, and nothing else (system:kubelet-api-admin).
  private var rbac: YAMLContent {
    .map([
      ("apiVersion", .string("rbac.authorization.k8s.io/v1")), ("kind", .string("ClusterRoleBinding")),
      ("metadata", .map([("name", .string("low-layer:kube-apiserver-to-kubelet"))])),
      (
        "roleRef",
        .map([
          ("apiGroup", .string("rbac.authorization.k8s.io")), ("kind", .string("ClusterRole")),
          ("name", .string("system:kubelet-api-admin")),
        ])
      ),
      (
        "subjects",
        .list([
          .map([
            ("apiGroup", .string("rbac.authorization.k8s.io")), ("kind", .string("User")),
            ("name", .string("kube-apiserver-kubelet-client")),
          ])
        ])
      ),
    ])
  }
}
