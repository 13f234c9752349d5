import BootChain
import PKI
import SystemdUnit

extension NodePlan {
  /// kubelet: its configuration, its way to the API servers, and its unit behind the gate.
  func addKubelet(to content: inout NodeContent) {
    content.add(
      file: "/etc/kubernetes/kubelet.yaml", kubeletConfiguration.text,
      Origin(
        "KubeletConfiguration: every flag that it covers is deprecated.", .image("kubelet"), .cluster("serviceCIDR"),
        .cluster("clusterDomain")))
    addKubeconfig("kubelet", certificate: "kubelet", to: &content)
    var words = [
      isInSysext(.kubelet) ? "/usr/bin/kubelet" : "\(HostPath.programs)/kubelet",
      "--config=/etc/kubernetes/kubelet.yaml",
      "--kubeconfig=/etc/kubernetes/kubelet.kubeconfig", "--hostname-override=\(node.name)",
      "--node-ip=\(node.address)",
    ]
    let labels = image.kubelet.nodeLabels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    if !labels.isEmpty { words.append("--node-labels=\(labels.joined(separator: ","))") }
    addStage(
      ChainUnit.kubelet,
      service: [
        .init("Type", "notify"),
        // Order alone would let a kubelet start after a gate that crashed; so it looks once more itself.
        .init("ExecStartPre", command(["ll-node", "pki-ready", "--once", "--manifest", HostPath.gate])),
        .init("ExecStart", ExecCommand(words).description), .init("TimeoutStartSec", "180"), .init("LimitCORE", "0"),
        .init("OOMScoreAdjust", "-999"), .init("KillMode", "process"),
      ],
      origin: Origin(
        "kubelet, behind the gate that has seen every certificate.", .component(.kubelet), node.input("address"),
        .image("kubelet", "nodeLabels")), to: &content)
    addStage(
      ChainUnit.ciliumReady,
      service: [
        .init("Type", "oneshot"), .init("RemainAfterExit", "yes"),
        .init("ExecStart", command(["ll-node", "cilium-ready"])), .init("TimeoutStartSec", "infinity"),
      ], origin: Origin("The last proof: this node's Cilium agent answers that it is ready."), to: &content)
  }

  /// A kubeconfig with file references only: the certificate is read again when the OpenBao agent has renewed it.
  func addKubeconfig(
    _ name: String, certificate: String, server: String = "https://127.0.0.1:\(Port.apiServerLoopback)",
    to content: inout NodeContent
  ) {
    let pem = "\(HostPath.pki)/\(certificate).pem"
    let config = YAMLContent.map([
      ("apiVersion", .string("v1")), ("kind", .string("Config")),
      (
        "clusters",
        .list([
          .map([
            ("name", .string(cluster.name)),
            (
              "cluster",
              .map([
                ("certificate-authority", .string(HostPath.anchor(.kubernetes))), ("server", .string(server)),
              ])
            ),
          ])
        ])
      ),
      (
        "users",
        .list([
          .map([
            ("name", .string(name)),
            ("user", .map([("client-certificate", .string(pem)), ("client-key", .string(pem))])),
          ])
        ])
      ),
      (
        "contexts",
        .list([
          .map([
            ("name", .string(name)),
            ("context", .map([("cluster", .string(cluster.name)), ("user", .string(name))])),
          ])
        ])
      ),
      ("current-context", .string(name)),
    ])
    content.add(
      file: "/etc/kubernetes/\(name).kubeconfig", mode: 0o600, config.text,
      Origin("How \(name) reaches the API servers; it names the certificate, it does not hold it.", .cluster("cluster"))
    )
  }

  private var kubeletConfiguration: YAMLContent {
    let pem = YAMLContent.string("\(HostPath.pki)/kubelet.pem")
    var pairs: [(String, YAMLContent)] = [
      ("apiVersion", .string("kubelet.config.k8s.io/v1beta1")), ("kind", .string("KubeletConfiguration")),
      (
        "authentication",
        .map([
          ("anonymous", .map([("enabled", .boolean(false))])), ("webhook", .map([("enabled", .boolean(true))])),
          ("x509", .map([("clientCAFile", .string(HostPath.anchor(.kubernetes)))])),
        ])
      ),
      ("authorization", .map([("mode", .string("Webhook"))])), ("cgroupDriver", .string("systemd")),
      ("clusterDNS", .strings([cluster.dnsServiceAddress.description])),
      ("clusterDomain", .string(cluster.clusterDomain)),
      ("containerRuntimeEndpoint", .string("unix://\(Self.criSocket)")), ("failSwapOn", .boolean(true)),
      ("healthzBindAddress", .string("127.0.0.1")), ("healthzPort", .integer(10248)),
      ("maxPods", .integer(image.kubelet.maxPods)), ("protectKernelDefaults", .boolean(true)),
      ("readOnlyPort", .integer(0)), ("resolvConf", .string("/run/systemd/resolve/resolv.conf")),
      ("rotateCertificates", .boolean(false)), ("serverTLSBootstrap", .boolean(false)),
      ("shutdownGracePeriod", .string("60s")), ("shutdownGracePeriodCriticalPods", .string("20s")),
    ]
    if isMaster { pairs.append(("staticPodPath", .string(HostPath.manifests))) }
    if !image.kubelet.systemReserved.isEmpty {
      let reserved = image.kubelet.systemReserved.sorted { $0.key < $1.key }
      pairs.append(("systemReserved", .map(reserved.map { ($0.key, .string($0.value)) })))
    }
    pairs += [
      ("tlsCertFile", pem), ("tlsMinVersion", .string("VersionTLS12")), ("tlsPrivateKeyFile", pem),
      // The default lies below /usr, which cannot be written.
      ("volumePluginDir", .string("/var/lib/kubelet/volumeplugins")),
    ]
    return .map(pairs)
  }
}

extension ClusterDefinition {
  /// The address of the cluster's DNS Service: the tenth of the Service range, as kubeadm has it.
  var dnsServiceAddress: IPv4Address { serviceCIDR.address(at: 10) }
  /// The address of the Service `kubernetes`: the first of the range.
  var apiServiceAddress: IPv4Address { serviceCIDR.address(at: 1) }
}
