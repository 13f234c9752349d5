import PKI

/// Where things are on a node. Only `/etc` and `/var` are writable on Fedora CoreOS; `/usr/local` lies in `/var`.
enum HostPath {
  static let quadlets = "/etc/containers/systemd"
  static let anchors = "/etc/ll/anchors"
  static let sealed = "/etc/ll/sealed"
  static let releaseKey = "/etc/ll/release-key.pem"
  static let releases = "/etc/ll/release"
  static let openbaoConfiguration = "/etc/openbao"
  static let bootstrap = "/etc/openbao-bootstrap"
  static let openbaoData = "/var/lib/openbao"
  static let openbaoSecrets = "/run/ll/openbao"
  static let loginSecrets = "/run/ll/login"
  static let selfInit = "/run/ll/self-init"
  static let agentConfiguration = "/etc/openbao-agent"
  static let pki = "/etc/kubernetes/pki"
  static let manifests = "/etc/kubernetes/manifests"
  static let addons = "/etc/kubernetes/addons"
  static let programs = "/usr/local/bin"
  static let unpacked = "/usr/local/libexec"
  static let archives = "/var/lib/ll/archives"
  static let gate = "/etc/ll-node/pki-ready.conf"

  /// The anchor (self-signed twin) of `issuer`.
  static func anchor(_ issuer: Issuer) -> String { "\(anchors)/\(issuer.rawValue).pem" }

  /// The folder that the archive of `component` is unpacked into.
  static func unpacked(_ component: Component, _ version: String) -> String {
    "\(unpacked)/\(component.rawValue)-\(version)"
  }
}

/// The ports of the loopback load balancer and of what it reaches.
enum Port {
  /// The API servers, on every address of a master (the virtual address among them).
  static let apiServer = 6443
  /// The API servers through the loopback haproxy.
  static let apiServerLoopback = 7443
  /// OpenBao: on a master's own address, and on every node's loopback through haproxy.
  static let openbao = 8200
}
