/// Why evidence or an answer is refused. Nothing is graded down instead: what does not hold is refused.
public enum AttestationRefusal: Error, Sendable, Hashable {
  /// A part (named first) that is not the structure it should be.
  case malformed(String, String)
  /// The endorsement key is not a restricted decryption key as the TCG's templates have it; the words say what it is.
  case endorsementKey(String)
  /// The endorsement key's certificate certifies another key.
  case endorsementCertificateKey
  /// The endorsement key's certificate, or its chain, is not good; the words say why.
  case endorsementCertificate(String)
  /// The endorsement key has no certificate and was not registered: it could have been made by anybody.
  case endorsementKeyUnproven
  /// The attestation key is not a restricted signing key that the TPM made and keeps; the words say what it is.
  case attestationKey(String)
  /// The TLS key is not a signing key that the TPM made and keeps; the words say what it is.
  case tlsKey(String)
  /// The TLS key is not the one that this session's certificate has.
  case tlsKeyNotThisSession
  /// No challenge is open in this session: none was sent, or it was answered before.
  case challengeUnknown
  /// The challenge was answered after its time; its age in seconds.
  case challengeExpired(Int64)
  /// The activated secret is not the one that was encrypted: the endorsement key and the attestation key are not in one
  /// TPM.
  case secret
  /// What was signed is not an attestation that a TPM made by itself: its magic, or its type.
  case notCertified(String)
  /// The attestation was signed for another nonce, node or session.
  case qualifyingData
  /// The attestation is about another key than the offered TLS key.
  case certifiedName
  /// The attestation was signed by a key that is not the offered attestation key below the offered endorsement key.
  case qualifiedSigner
  /// The signature is not the attestation key's; the words say why.
  case signature(String)
  /// The cryptographic library or the memory refused; its words. Not the node's fault.
  case environment(String)
}

extension AttestationRefusal: CustomStringConvertible {
  /// The refusal in one sentence, and what to do where something can be done.
  public var description: String {
    switch self {
    case .malformed(let part, let words): "\(part) cannot be read: \(words)"
    case .endorsementKey(let words): "the endorsement key is not one: \(words)"
    case .endorsementCertificateKey: "the endorsement key's certificate certifies another key"
    case .endorsementCertificate(let words): "the endorsement key's certificate is not good: \(words)"
    case .endorsementKeyUnproven:
      "the endorsement key proves nothing: it has no certificate of a known maker, and was not registered; "
        + "register it from `ll-tpm identity`, run on that machine, or an RSA key from its certificate"
    case .attestationKey(let words): "the attestation key is not good: \(words)"
    case .tlsKey(let words): "the TLS key is not good: \(words)"
    case .tlsKeyNotThisSession: "the offered TLS key is not that of this session's certificate"
    case .challengeUnknown: "no challenge is open in this session: none was sent, or it was answered before"
    case .challengeExpired(let age): "the challenge was answered after \(age) s, and is good for 60 s"
    case .secret: "the activated secret is wrong: the endorsement key and the attestation key are not in one TPM"
    case .notCertified(let words): "what was signed is no TPM's certification of a key: \(words)"
    case .qualifyingData: "the certification was made for another nonce, node or session"
    case .certifiedName: "the certification is about another key than the offered TLS key"
    case .qualifiedSigner: "the certification's signer is not the offered attestation key below the endorsement key"
    case .signature(let words): "the certification's signature is not the attestation key's: \(words)"
    case .environment(let words): "the evidence could not be judged: \(words)"
    }
  }
}
