public import KubernetesAPI

/// Everything that `ll-operator-dev run` is told.
public struct OperatorSettings: Sendable, Hashable {
  /// Where it listens.
  public var listen: HostPort
  /// PEM: the server's certificate, leaf first, which nodes verify, and which the operator shows to its key server.
  public var certificate: String
  /// PEM: its key.
  public var key: String
  /// The folder with the organisations' anchors.
  public var organisations: String
  /// The file with all that was promised.
  public var state: String
  /// The file with the key that signs grants.
  public var grantKey: String
  /// The folder with what nodes are to apply; `nil` where nothing is.
  public var configuration: String?
  /// The file with what an operator consents to; `nil` where there is none.
  public var consent: String?
  /// The common names of issuers whose roles pin a node's name: there the certificate says who the node is, and no
  /// token
  /// is asked for.
  public var pinnedNames: Set<String> = []
  /// The common name in the certificate of an operator below this one; such a certificate is no node's.
  public var operatorName = "ll-operator"
  /// From one Heartbeat to the next.
  public var heartbeatInterval: Duration = .seconds(10)
  /// How long a lease lives without another Heartbeat.
  public var leaseDuration: Duration = .seconds(40)
  /// How long a grant holds from its issue; it is renewed at half of it.
  public var grantDuration: Duration = .seconds(86_400)
  /// How much of the taken seats may lose their leases at once, in percent, before the brake holds all of them.
  public var brakePercent = 20
  /// Within which time nodes come back after a drain.
  public var reconnectWindow: Duration = .seconds(20)
  /// Where to ask what is allowed; without any nothing is granted.
  public var keyServer: KeyServerSettings?
  /// Where tokens are reviewed; without it only pinned names are believed.
  public var kubernetes: KubernetesSettings?
  /// What makes a TPM's endorsement key believable.
  public var endorsement = EndorsementSettings()

  /// Settings; the rest has its defaults.
  public init(
    listen: HostPort, certificate: String, key: String, organisations: String, state: String, grantKey: String
  ) {
    self.listen = listen
    self.certificate = certificate
    self.key = key
    self.organisations = organisations
    self.state = state
    self.grantKey = grantKey
  }
}

/// The upstream key server.
public struct KeyServerSettings: Sendable, Hashable {
  /// Its addresses; each is tried in turn.
  public var addresses: [HostPort]
  /// PEM: the anchor of its serving certificate.
  public var anchor: String
  /// The name that the serving certificate must be for; the address's own where there is none.
  public var serverName: String?
  /// PEM: the public key that entitlements are signed with.
  public var signingKey: String
  /// PEM: the certificate that the operator shows, leaf first; its serving certificate where there is none.
  public var certificate: String?
  /// PEM: its key.
  public var key: String?

  /// A key server.
  public init(addresses: [HostPort], anchor: String, signingKey: String) {
    self.addresses = addresses
    self.anchor = anchor
    self.signingKey = signingKey
  }
}

/// The API server that reviews tokens, and what a token has to be.
public struct KubernetesSettings: Sendable, Hashable {
  /// The API server.
  public var endpoint: KubernetesEndpoint
  /// Whom the tokens are for.
  public var audience = "ll-operator"
  /// The agents' service account, as a user's name.
  public var account = "system:serviceaccount:ll-system:ll-agent"

  /// An API server, with the defaults for tokens.
  public init(endpoint: KubernetesEndpoint) { self.endpoint = endpoint }
}

/// Where it is written which endorsement keys are believed. Files in these folders are read at the start and on SIGHUP.
public struct EndorsementSettings: Sendable, Hashable {
  /// A folder with roots of TPM vendors, PEM. Here and in the next two: `*.pem`, `*.crt`, and `*.crl` with what those
  /// authorities revoked, PEM or DER.
  public var vendorRoots: String?
  /// A folder with the platform's authorities for virtual TPMs, PEM.
  public var virtualAuthorities: String?
  /// A folder with intermediates of both, PEM.
  public var intermediates: String?
  /// A folder with the endorsement keys that a person vouches for, one a file: `*.json` is what `ll-tpm identity` printed,
  /// `*.pub` a TPM2B_PUBLIC as tpm2_createek(1) writes it, `*.pem` and `*.crt` a certificate (PEM or DER) or a public key
  /// in PEM.
  public var registered: String?

  /// No endorsement key is believed.
  public init() {}
}
