public import TPMStructures
public import X509

/// Evidence whose endorsement key is known to be a TPM's, and whose other keys are of the right kind. That they are in
/// that very TPM is what the answer to a ``Challenge`` shows.
public struct ProvenKeys: Sendable, Hashable {
  /// What the node offered.
  public let evidence: TPMEvidence
  /// What the endorsement key stands for.
  public let assurance: Assurance
  /// How that is known.
  public let proof: Proof
  /// The TLS key's SubjectPublicKeyInfo in DER.
  public let tlsKey: [UInt8]

  /// How it is known that an endorsement key is a TPM's.
  public enum Proof: Sendable, Hashable {
    /// By this chain, the endorsement key's own certificate first and an anchor last. Whether any of it was revoked is not
    /// judged here: whoever has the lists looks there.
    case certificate(chain: [Certificate])
    /// It was registered by hand. These chains from the endorsement key's own certificate to an anchor are signed as
    /// they should be and not good otherwise, run out for one; empty where it showed none that leads to an anchor.
    case registered(despite: [[Certificate]])
  }

  /// Every chain from the endorsement key's own certificate, first, to an anchor, last. A maker that took any of it
  /// back speaks against the key, whether it ran out too or not, and whoever registered it.
  public var chains: [[Certificate]] {
    switch proof {
    case .certificate(let chain): [chain]
    case .registered(let chains): chains
    }
  }

  /// What the TPM calls its endorsement key.
  public var endorsementKeyName: Name { evidence.endorsementKey.name }
}

/// Which TLS key is to be attested.
public enum AttestedTLSKey: Sendable, Hashable {
  /// The one of this session's certificate: its SubjectPublicKeyInfo in DER.
  case ofThisSession([UInt8])
  /// The one that the node changes to next, attested over a session of the present one: what the node offers.
  case next
}
