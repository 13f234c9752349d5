/// The units of the chain by name: one place, so that a stage, its unit and whoever waits for it cannot disagree.
public enum ChainUnit {
  /// systemd's "the network is configured" (systemd.special(7)).
  public static let networkOnline = "network-online.target"
  /// The TPM releases the seal key and the listener's key.
  public static let tpmUnseal = "ll-tpm-unseal.service"
  /// Unlinks what `ll-tpm-unseal` released, once OpenBao is healthy.
  public static let tpmRelease = "ll-tpm-release.service"
  /// The TPM releases the node's login key.
  public static let tpmLogin = "ll-tpm-login.service"
  /// Decides whether this start may initialise a new cluster.
  public static let bootstrapGate = "openbao-bootstrap-gate.service"
  /// Sees that a node whose OpenBao was healthy never initialises a cluster again.
  public static let bootstrapConfirm = "openbao-bootstrap-confirm.service"
  /// The image of OpenBao, server and agent.
  public static let openbaoImage = "openbao-image.service"
  /// Puts the listener's certificate where OpenBao reads it.
  public static let openbaoListener = "openbao-listener.service"
  /// The OpenBao server.
  public static let openbao = "openbao.service"
  /// The OpenBao agent.
  public static let openbaoAgent = "openbao-agent.service"
  /// The image of haproxy.
  public static let haproxyImage = "haproxy-image.service"
  /// The loopback load balancer.
  public static let haproxy = "haproxy.service"
  /// The image of keepalived.
  public static let keepalivedImage = "keepalived-image.service"
  /// The holder of the virtual address, where it is not kube-vip.
  public static let keepalived = "keepalived.service"
  /// The container runtime.
  public static let crio = "crio.service"
  /// The gate before kubelet.
  public static let pkiReady = "kube-pki-ready.service"
  /// The kubelet.
  public static let kubelet = "kubelet.service"
  /// Cilium, CoreDNS, RBAC and node labels.
  public static let clusterAddons = "cluster-addons.service"
  /// The last proof.
  public static let ciliumReady = "cilium-ready.service"
  /// The node agent.
  public static let agent = "ll-agent.service"
  /// systemd's merge of system extensions (systemd-sysext(8)).
  public static let sysext = "systemd-sysext.service"

  /// The unit that unpacks the archive of `component`.
  public static func unpack(_ component: String) -> String { "ll-unpack-\(component).service" }
}
