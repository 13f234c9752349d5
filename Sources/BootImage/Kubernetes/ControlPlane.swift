import PKI

extension NodePlan {
  /// The control plane's static pods with the files that they read.
  func addControlPlane(to content: inout NodeContent) {
    content.add(
      directory: "/var/lib/etcd", mode: 0o700, Origin("etcd's data; etcd refuses a folder that others can read."))
    for (name, certificate) in [
      ("controller-manager", "kube-controller-manager"), ("scheduler", "kube-scheduler"), ("admin", "kube-admin"),
    ] {
      addKubeconfig(name, certificate: certificate, to: &content)
    }
    if hasStructuredAuthentication {
      content.add(
        file: "/etc/kubernetes/apiserver/authentication.yaml", anonymousHealth.text,
        Origin("Anonymous requests reach the health endpoints only: haproxy asks there without a certificate."))
    }
    add(etcd, .etcd, to: &content)
    add(apiServer, .kubeAPIServer, to: &content)
    add(controllerManager, .kubeControllerManager, to: &content)
    add(scheduler, .kubeScheduler, to: &content)
    if image.addressHolder == .kubeVIP {
      // Through this node's own API server: where that is down, the lease and so the address go to another master.
      addKubeconfig(
        "kube-vip", certificate: "kube-vip", server: "https://127.0.0.1:\(Port.apiServer)", to: &content)
      add(kubeVIP, .kubeVIP, to: &content)
    }
  }

  private func add(_ pod: StaticPod, _ component: Component, to content: inout NodeContent) {
    content.add(
      file: "\(HostPath.manifests)/\(pod.name).yaml", mode: 0o600, pod.manifest.text,
      Origin(
        "A static pod of the control plane.", .component(component), node.input("address"), .cluster("controlPlane")))
  }

  private func pem(_ name: String) -> String { "\(HostPath.pki)/\(name).pem" }

  private var etcd: StaticPod {
    let members = shared.masters.map { "\($0.name)=https://\($0.address):2380" }.joined(separator: ",")
    return StaticPod(
      name: "etcd", image: reference(.etcd),
      command: [
        "etcd", "--name=\(node.name)", "--data-dir=/var/lib/etcd", "--initial-cluster=\(members)",
        "--initial-cluster-state=new", "--initial-cluster-token=\(cluster.name)",
        "--initial-advertise-peer-urls=https://\(node.address):2380", "--listen-peer-urls=https://\(node.address):2380",
        "--advertise-client-urls=https://\(node.address):2379",
        "--listen-client-urls=https://127.0.0.1:2379,https://\(node.address):2379",
        "--listen-metrics-urls=http://127.0.0.1:2381", "--client-cert-auth=true", "--peer-client-cert-auth=true",
        "--cert-file=\(pem("etcd-server"))", "--key-file=\(pem("etcd-server"))",
        "--trusted-ca-file=\(HostPath.anchor(.etcd))", "--peer-cert-file=\(pem("etcd-peer"))",
        "--peer-key-file=\(pem("etcd-peer"))", "--peer-trusted-ca-file=\(HostPath.anchor(.etcd))",
        "--snapshot-count=10000", "--auto-compaction-mode=periodic", "--auto-compaction-retention=8h",
        "--quota-backend-bytes=8589934592",
      ],
      mounts: [("/var/lib/etcd", true), (HostPath.pki, false), (HostPath.anchors, false)],
      probes: .init(port: 2381, isTLS: false, live: "/livez", ready: "/readyz", startup: 300), cpuRequest: "100m")
  }

  private var apiServer: StaticPod {
    var command = [
      "kube-apiserver", "--advertise-address=\(node.address)", "--secure-port=\(Port.apiServer)",
      "--allow-privileged=true", "--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction",
      "--client-ca-file=\(HostPath.anchor(.kubernetes))", "--tls-cert-file=\(pem("kube-apiserver"))",
      "--tls-private-key-file=\(pem("kube-apiserver"))", "--tls-min-version=VersionTLS12",
      "--etcd-servers=https://127.0.0.1:2379", "--etcd-cafile=\(HostPath.anchor(.etcd))",
      "--etcd-certfile=\(pem("kube-apiserver-etcd-client"))", "--etcd-keyfile=\(pem("kube-apiserver-etcd-client"))",
      "--kubelet-certificate-authority=\(HostPath.anchor(.kubernetes))",
      "--kubelet-client-certificate=\(pem("kube-apiserver-kubelet-client"))",
      "--kubelet-client-key=\(pem("kube-apiserver-kubelet-client"))",
      "--kubelet-preferred-address-types=InternalIP,Hostname",
      "--proxy-client-cert-file=\(pem("kube-front-proxy-client"))",
      "--proxy-client-key-file=\(pem("kube-front-proxy-client"))",
      "--requestheader-client-ca-file=\(HostPath.anchor(.frontProxy))",
      "--requestheader-allowed-names=front-proxy-client", "--requestheader-extra-headers-prefix=X-Remote-Extra-",
      "--requestheader-group-headers=X-Remote-Group", "--requestheader-username-headers=X-Remote-User",
      "--service-cluster-ip-range=\(cluster.serviceCIDR)",
      "--service-account-issuer=https://kubernetes.default.svc.\(cluster.clusterDomain)",
      "--service-account-key-file=\(HostPath.pki)/sa.pub",
      "--service-account-signing-key-file=\(HostPath.pki)/sa.key",
      "--encryption-provider-config=\(HostPath.pki)/encryption.yaml", "--profiling=false",
    ]
    var mounts = [(path: HostPath.pki, isWritable: false), (path: HostPath.anchors, isWritable: false)]
    if hasStructuredAuthentication {
      command.append("--authentication-config=/etc/kubernetes/apiserver/authentication.yaml")
      mounts.append(("/etc/kubernetes/apiserver", false))
    }
    return StaticPod(
      name: "kube-apiserver", image: reference(.kubeAPIServer), command: command, mounts: mounts,
      probes: .init(port: Port.apiServer, isTLS: true, live: "/livez", ready: "/readyz", startup: 300),
      cpuRequest: "250m", memoryRequest: "512Mi")
  }

  private var controllerManager: StaticPod {
    let kubeconfig = "/etc/kubernetes/controller-manager.kubeconfig"
    return StaticPod(
      name: "kube-controller-manager", image: reference(.kubeControllerManager),
      command: [
        "kube-controller-manager", "--bind-address=127.0.0.1", "--kubeconfig=\(kubeconfig)",
        "--authentication-kubeconfig=\(kubeconfig)", "--authorization-kubeconfig=\(kubeconfig)",
        "--client-ca-file=\(HostPath.anchor(.kubernetes))",
        "--requestheader-client-ca-file=\(HostPath.anchor(.frontProxy))",
        "--root-ca-file=\(HostPath.anchor(.kubernetes))",
        "--service-account-private-key-file=\(HostPath.pki)/sa.key", "--use-service-account-credentials=true",
        "--allocate-node-cidrs=true", "--cluster-cidr=\(cluster.podCIDR)",
        "--service-cluster-ip-range=\(cluster.serviceCIDR)", "--cluster-name=\(cluster.name)", "--leader-elect=true",
        "--profiling=false",
      ],
      mounts: [("/etc/kubernetes", false), (HostPath.anchors, false)],
      probes: .init(port: 10257, isTLS: true, live: "/healthz", ready: "/healthz", startup: 300), cpuRequest: "100m")
  }

  private var scheduler: StaticPod {
    let kubeconfig = "/etc/kubernetes/scheduler.kubeconfig"
    return StaticPod(
      name: "kube-scheduler", image: reference(.kubeScheduler),
      command: [
        "kube-scheduler", "--bind-address=127.0.0.1", "--kubeconfig=\(kubeconfig)",
        "--authentication-kubeconfig=\(kubeconfig)", "--authorization-kubeconfig=\(kubeconfig)", "--leader-elect=true",
        "--profiling=false",
      ],
      mounts: [("/etc/kubernetes", false), (HostPath.anchors, false)],
      probes: .init(port: 10259, isTLS: true, live: "/livez", ready: "/readyz", startup: 300), cpuRequest: "100m")
  }

  private var kubeVIP: StaticPod {
    StaticPod(
      name: "kube-vip", image: reference(.kubeVIP), command: [], arguments: ["manager"],
      environment: [
        ("vip_arp", "true"), ("address", "\(cluster.controlPlane.vip)"), ("port", "\(Port.apiServer)"),
        ("vip_interface", node.interface), ("vip_subnet", "32"), ("vip_nodename", node.name), ("cp_enable", "true"),
        ("cp_namespace", "kube-system"), ("svc_enable", "false"), ("vip_leaderelection", "true"),
        ("vip_leasename", "control-plane-vip"), ("vip_leaseduration", "5"), ("vip_renewdeadline", "3"),
        ("vip_retryperiod", "1"), ("kubernetes_addr", "https://127.0.0.1:\(Port.apiServer)"),
        ("prometheus_server", "127.0.0.1:2112"),
      ],
      mounts: [(HostPath.pki, false), (HostPath.anchors, false)],
      // Releases before 1.2.2 read no other path (kube-vip pull request 1627).
      file: ("/etc/kubernetes/kube-vip.kubeconfig", "/etc/kubernetes/admin.conf"),
      capabilities: ["NET_ADMIN", "NET_RAW"],
      probes: nil, cpuRequest: "10m", memoryRequest: "32Mi")
  }

  /// Whether the API server knows anonymous access by path without a feature gate (KEP-4633: beta in 1.32, stable in 1.34, as is its API version `v1`).
  private var hasStructuredAuthentication: Bool {
    let parts = version(.kubeAPIServer).split(separator: ".").compactMap { Int($0) }
    return parts.count >= 2 && (parts[0], parts[1]) >= (1, 34)
  }

  private var anonymousHealth: YAMLContent {
    .map([
      ("apiVersion", .string("apiserver.config.k8s.io/v1")), ("kind", .string("AuthenticationConfiguration")),
      (
        "anonymous",
        .map([
          ("enabled", .boolean(true)),
          ("conditions", .list(["/livez", "/readyz", "/healthz"].map { .map([("path", .string($0))]) })),
        ])
      ),
    ])
  }
}
