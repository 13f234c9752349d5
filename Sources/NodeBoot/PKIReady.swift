public import FoundationEssentials

/// Whether every certificate and secret of a ``PKIManifest`` is there and good: present, parsed, with its own private key,
/// chained to its anchor and no other, in its time, for its use and its names.
///
/// It looks at files only. Unexpired certificates are ready whether or not whoever issued them can be reached.
public struct PKIReady: ReadinessCheck {
  private var certificates: [CertificateWatch]
  private let secrets: [PKIManifest.Secret]
  private let now: @Sendable () -> Date

  /// A check that remembers from look to look what has not changed.
  ///
  /// - Parameter now: the wall clock.
  public init(_ manifest: PKIManifest, now: @escaping @Sendable () -> Date = { Date() }) {
    certificates = manifest.certificates.map { CertificateWatch($0) }
    secrets = manifest.secrets
    self.now = now
  }

  /// One status per certificate, then one per secret, in the manifest's order, each with everything that is wrong with it.
  public mutating func check() async -> [ReadinessStatus] {
    let moment = now()
    var statuses: [ReadinessStatus] = []
    for index in certificates.indices { statuses.append(await certificates[index].status(at: moment)) }
    return statuses + secrets.map { $0.status() }
  }

  /// How often a chain was verified since the start; files that do not change add nothing to it.
  public var verifications: Int { certificates.map(\.verifications).reduce(0, +) }
}
