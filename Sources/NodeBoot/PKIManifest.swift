public import Diagnostics

/// Which certificates and secrets a node needs before its kubelet starts, read from a file in systemd's syntax.
///
/// ```
/// [Certificate]
/// Name=kubelet-client
/// Path=/etc/kubernetes/pki/kubelet-client.pem
/// Anchor=/etc/kubernetes/pki/kubernetes-anchor.pem
/// Usage=client
/// CommonName=system:node:worker-1
/// ```
public struct PKIManifest: Sendable, Hashable {
  /// What a certificate is used for.
  public enum Usage: String, Sendable, Hashable, CaseIterable {
    /// TLS clients: extended key usage `clientAuth`.
    case client
    /// TLS servers: extended key usage `serverAuth`.
    case server
    /// Both.
    case both
  }

  /// A `[Certificate]` section: one file with the leaf, its intermediates and its private key, so that they are replaced together.
  public struct Certificate: Sendable, Hashable {
    /// `Name=`: what it is called in messages; no two have the same.
    public var name: String
    /// `Path=`: an absolute path to PEM.
    public var path: String
    /// `Anchor=`: an absolute path to the PEM of the issuer's self-signed twin, the only one that the chain may end at.
    public var anchor: String
    /// `Usage=`
    public var usage: Usage
    /// `CommonName=`: what the subject's must be; `nil` for any.
    public var commonName: String?
    /// `DNSName=`: names that the subject alternative names must cover.
    public var dnsNames: [String] = []
    /// `IPAddress=`: addresses that the subject alternative names must have.
    public var ipAddresses: [IPAddress] = []

    /// A certificate for which no name is asked.
    public init(name: String, path: String, anchor: String, usage: Usage, commonName: String? = nil) {
      self.name = name
      self.path = path
      self.anchor = anchor
      self.usage = usage
      self.commonName = commonName
    }
  }

  /// A `[Secret]` section: a file that must exist, not be empty, and not be readable by everyone.
  public struct Secret: Sendable, Hashable {
    /// `Path=`: an absolute path.
    public var path: String

    /// A secret at `path`.
    public init(path: String) { self.path = path }
  }

  /// The certificates in the order of the file.
  public var certificates: [Certificate]
  /// The secrets in the order of the file.
  public var secrets: [Secret]

  /// Where units expect it.
  public static let defaultPath = "/etc/ll-node/pki-ready.conf"

  /// A manifest made in code.
  public init(certificates: [Certificate], secrets: [Secret] = []) {
    self.certificates = certificates
    self.secrets = secrets
  }

  /// Reads the file's text. Whatever is not as it should be, unknown keys included, is an error in `report` with its line and column.
  public init(parsing bytes: [UInt8], report: inout Report) {
    var reader = PKIManifestReader()
    self = reader.read(bytes)
    report.add(contentsOf: reader.report)
  }
}
