import BootChain
import SystemdUnit

extension NodePlan {
  /// The way to the API servers and to OpenBao: a loopback haproxy on every node; on masters also the virtual address for those outside.
  func addLoadBalancer(to content: inout NodeContent) {
    addContainerImage(ChainUnit.haproxyImage, .haproxy, to: &content)
    content.add(
      file: "/etc/haproxy/haproxy.cfg", haproxyConfiguration,
      Origin("Loopback ports to every master that answers.", .cluster("nodes")))
    addQuadlet(
      ChainUnit.haproxy,
      container: [
        .init("Image", reference(.haproxy)), .init("ContainerName", "haproxy"), .init("Network", "host"),
        .init("Volume", "/etc/haproxy:/usr/local/etc/haproxy:ro,Z"),
      ] + hardening, service: [.init("TimeoutStartSec", "180")],
      origin: Origin("kubelet, Cilium and the OpenBao agent reach the masters through it.", .component(.haproxy)),
      to: &content)
    if isMaster, image.addressHolder == .keepalived { addKeepalived(to: &content) }
  }

  /// haproxy passes TLS through, so its own checks decide only where a connection goes, never whether a peer is trusted.
  private var haproxyConfiguration: String {
    var lines = [
      "global", "  log stdout format raw daemon info", "  maxconn 4096",
      "  # Watches never end by themselves; a stop must not wait for them.", "  hard-stop-after 2s", "",
      "defaults", "  mode tcp", "  log global", "  option tcplog",
      "  # Only what went wrong: kubelet and OpenBao's agent connect every few seconds, for ever.",
      "  option dontlog-normal",
      "  option dontlognull", "  option redispatch", "  retries 3",
      "  timeout connect 2s",
      "  # Watches and Raft forwarding stay open and silent for long.", "  timeout client 1h", "  timeout server 1h",
      "  timeout check 3s",
      "  # Each check is a TLS handshake with every master, from every node: seldom, and at once when a connection fails.",
      "  default-server inter 10s fastinter 500ms downinter 2s rise 1 fall 2 observe layer4 error-limit 1 on-error mark-down "
        + "on-marked-down shutdown-sessions",
    ]
    lines += frontend("kube-apiserver", port: Port.apiServerLoopback)
    lines += backend("kube-apiserver", check: "/readyz", port: Port.apiServer)
    lines += frontend("openbao", port: Port.openbao)
    lines += backend("openbao", check: "/v1/sys/health?standbyok=true", port: Port.openbao)
    return lines.joined(separator: "\n") + "\n"
  }

  private func frontend(_ name: String, port: Int) -> [String] {
    ["", "frontend \(name)", "  bind 127.0.0.1:\(port)", "  default_backend \(name)"]
  }

  private func backend(_ name: String, check: String, port: Int) -> [String] {
    [
      "", "backend \(name)", "  balance leastconn", "  option httpchk", "  http-check send meth GET uri \(check)",
      "  http-check expect status 200",
    ]
      + shared.masters.map {
        "  server \($0.name) \($0.address):\(port) check check-ssl verify none"
      }
  }

  /// keepalived as the owner runs it today: VRRP among the masters, the address only where the API server answers `/readyz`.
  private func addKeepalived(to content: inout NodeContent) {
    addContainerImage(ChainUnit.keepalivedImage, .keepalived, to: &content)
    content.add(
      file: "/etc/keepalived/keepalived.conf", keepalivedConfiguration,
      Origin("VRRP among the masters.", .cluster("controlPlane", "vip"), .cluster("nodes"), .image("addressHolder")))
    content.add(
      file: "/etc/keepalived/readyz", mode: 0o755,
      """
      #!/bin/sh
      # Exit 0 while this node's API server is ready. The image may have either program; the certificate is not ours to judge here.
      url=https://127.0.0.1:\(Port.apiServer)/readyz
      if command -v curl >/dev/null; then exec curl --silent --fail --insecure --max-time 2 --output /dev/null "$url"; fi
      exec wget -q --no-check-certificate -T 2 -O /dev/null "$url"

      """, Origin("What keepalived tracks.", .image("addressHolder")))
    addQuadlet(
      ChainUnit.keepalived,
      container: [
        .init("Image", reference(.keepalived)), .init("ContainerName", "keepalived"), .init("Network", "host"),
        .init("AddCapability", "NET_ADMIN NET_BROADCAST NET_RAW"), .init("Entrypoint", "keepalived"),
        .init("Exec", "--dont-fork --log-console --use-file=/etc/keepalived/keepalived.conf"),
        .init("Volume", "/etc/keepalived:/etc/keepalived:ro,Z"),
      ], service: [.init("TimeoutStartSec", "180")],
      origin: Origin("Holds the control plane's virtual address.", .component(.keepalived), .image("addressHolder")),
      to: &content)
  }

  private var keepalivedConfiguration: String {
    let peers = shared.masters.filter { $0.name != node.name }
    let rank = shared.masters.firstIndex { $0.name == node.name } ?? 0
    var lines = [
      "global_defs {", "  router_id \(node.name)", "  enable_script_security", "  script_user root", "}", "",
      "vrrp_script readyz {", "  script \"/etc/keepalived/readyz\"", "  interval 2", "  timeout 3", "  fall 2",
      "  rise 1",
      "}", "",
      "vrrp_instance control-plane {", "  state BACKUP", "  nopreempt", "  interface \(node.interface)",
      "  virtual_router_id 51", "  priority \(150 - rank)", "  advert_int 1", "  unicast_src_ip \(node.address)",
    ]
    if !peers.isEmpty { lines += ["  unicast_peer {"] + peers.map { "    \($0.address)" } + ["  }"] }
    lines += [
      "  virtual_ipaddress {", "    \(cluster.controlPlane.vip)/32 dev \(node.interface)", "  }", "  track_script {",
      "    readyz", "  }", "}",
    ]
    return lines.joined(separator: "\n") + "\n"
  }
}
