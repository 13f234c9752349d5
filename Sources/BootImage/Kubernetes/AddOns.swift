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
    content.add(file: "\(HostPath.addons)/rbac.yaml", YAMLContent.stream(rbac), origin)
    content.add(file: "\(HostPath.addons)/coredns.yaml", YAMLContent.stream(coreDNS), origin)
    addStage(
      ChainUnit.clusterAddons,
      service: [
        .init("Type", "oneshot"), .init("RemainAfterExit", "yes"),
        .init("ExecStart", command(apply)), .init("TimeoutStartSec", "infinity"),
      ], restartAfter: 5, origin: origin, to: &content)
    content.add(
      unit: "cluster-addons-refresh.service", .asWritten,
      UnitFile([
        .init(
          "Unit",
          [
            .init("Description", "LOW-LAYER: labels nodes that joined later, applies what changed"),
            .init("After", ChainUnit.clusterAddons), .init("StartLimitIntervalSec", "0"),
          ]),
        .init(
          "Service",
          [
            .init("Type", "oneshot"), .init("ExecStart", command(apply + ["--once"])),
            .init("TimeoutStartSec", "15min"),
            .init("Restart", "on-failure"), .init("RestartSec", "60"),
          ]),
      ]), origin)
    content.add(
      unit: "cluster-addons-refresh.timer", .enabled,
      UnitFile([
        .init("Unit", [.init("Description", "LOW-LAYER: labels nodes that joined later, applies what changed")]),
        .init(
          "Timer",
          [.init("OnBootSec", "5min"), .init("OnUnitInactiveSec", "5min"), .init("RandomizedDelaySec", "1min")]),
        .init("Install", [.init("WantedBy", "timers.target")]),
      ]), origin)
  }

  private var apply: [String] { ["ll-node", "addons", "--manifest", "/etc/ll-node/addons.conf", "--node", node.name] }

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
      ("cluster", .map([("name", .string(cluster.name))])), ("kubeProxyReplacement", .boolean(true)),
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

  /// The API servers' client certificate may call kubelets (system:kubelet-api-admin), ll-agents' may read them, kube-vip's may hold its lease,
  /// and none anything else.
  private var rbac: [YAMLContent] {
    let group = "rbac.authorization.k8s.io"
    func named(_ name: String, in namespace: String? = nil) -> YAMLContent {
      .map([("name", .string(name))] + (namespace.map { [("namespace", .string($0))] } ?? []))
    }
    func binding(
      _ kind: String, _ metadata: YAMLContent, to role: (kind: String, name: String), user: String,
      kind subject: String = "User"
    ) -> YAMLContent {
      .map([
        ("apiVersion", .string("\(group)/v1")), ("kind", .string(kind)), ("metadata", metadata),
        (
          "roleRef",
          .map([("apiGroup", .string(group)), ("kind", .string(role.kind)), ("name", .string(role.name))])
        ),
        (
          "subjects",
          .list([.map([("apiGroup", .string(group)), ("kind", .string(subject)), ("name", .string(user))])])
        ),
      ])
    }
    let kubelets = binding(
      "ClusterRoleBinding", named("low-layer:kube-apiserver-to-kubelet"),
      to: ("ClusterRole", "system:kubelet-api-admin"), user: "kube-apiserver-kubelet-client")
    // What kubelet authorizes for its statistics, its checks and its pods; never nodes/proxy, which permits exec.
    let agent = "low-layer:ll-agent"
    let readings = ["nodes/healthz", "nodes/metrics", "nodes/pods", "nodes/stats"]
    let agents: [YAMLContent] =
      cluster.operatorEndpoint == nil
      ? []
      : [
        .map([
          ("apiVersion", .string("\(group)/v1")), ("kind", .string("ClusterRole")), ("metadata", named(agent)),
          (
            "rules",
            .list([
              .map([
                ("apiGroups", .strings([""])), ("resources", .strings(readings)), ("verbs", .strings(["get"])),
              ])
            ])
          ),
        ]),
        binding(
          "ClusterRoleBinding", named(agent), to: ("ClusterRole", agent), user: NodeCertificate.agentGroup,
          kind: "Group"),
      ]
    guard image.addressHolder == .kubeVIP else { return [kubelets] + agents }
    let name = "low-layer:kube-vip"
    return [kubelets] + agents + [
      .map([
        ("apiVersion", .string("\(group)/v1")), ("kind", .string("Role")), ("metadata", named(name, in: "kube-system")),
        (
          "rules",
          .list([
            .map([
              ("apiGroups", .strings(["coordination.k8s.io"])), ("resources", .strings(["leases"])),
              ("verbs", .strings(["get", "list", "watch", "create", "update", "patch"])),
            ])
          ])
        ),
      ]),
      binding("RoleBinding", named(name, in: "kube-system"), to: ("Role", name), user: name),
    ]
  }
}
