import CTSS2
public import TPMStructures

/// A session of the TPM (TPM2_StartAuthSession), valid like any ``TPMHandle``.
public struct TPMSession: Sendable, Hashable {
  /// Its handle, to flush it.
  public let handle: TPMHandle

  /// What a session is for (TPM_SE).
  public enum Kind: UInt8, Sendable, Hashable {
    /// Authorizes by HMAC, and encrypts parameters.
    case hmac = 0x00
    /// Authorizes by a policy.
    case policy = 0x01
    /// Computes a policy's digest.
    case trial = 0x03
  }

  /// What a session does with the commands that use it (TPMA_SESSION).
  public struct Attributes: OptionSet, Sendable, Hashable {
    /// The bits on the wire.
    public let rawValue: UInt8

    /// The attributes with those bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The session is kept after a command that succeeds; without it, the TPM flushes it then.
    public static let continueSession = Attributes(rawValue: 0x01)
    /// The first parameter of the command is encrypted on its way to the TPM.
    public static let decrypt = Attributes(rawValue: 0x20)
    /// The first parameter of the response is encrypted on its way back.
    public static let encrypt = Attributes(rawValue: 0x40)
    /// The session audits commands.
    public static let audit = Attributes(rawValue: 0x80)
  }
}

extension TPMContext {
  /// Starts a session with AES-128 in CFB mode, which every TPM has, for parameter encryption.
  ///
  /// - Parameter salt: the storage key to which the session's secret is encrypted, with the public area that its handle
  /// was made
  ///   from. Without one, whoever reads the bus can read what the session encrypts.
  public func startAuthSession(
    _ kind: TPMSession.Kind, salt: TPMHandle? = nil, hash: HashAlgorithm = .sha256,
    attributes: TPMSession.Attributes = .continueSession
  ) throws(TPMError) -> TPMSession {
    var symmetric = TPMT_SYM_DEF()
    symmetric.algorithm = Algorithm.aes.rawValue
    symmetric.keyBits.aes = 128
    symmetric.mode.aes = Algorithm.cfb.rawValue
    var reference = ESYS_TR_NONE
    let key = salt?.reference ?? ESYS_TR_NONE
    try run("TPM2_StartAuthSession", [salt].compactMap { $0 }) { esys, _, _, _ in
      Esys_StartAuthSession(
        esys, key, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, nil, kind.rawValue, &symmetric,
        hash.rawValue, &reference)
    }
    let session = TPMSession(handle: hold(reference, .session))
    try setAttributes(attributes, of: session)
    return session
  }

  /// Sets what the session does with the next commands; all attributes that are not named are cleared. Nothing is sent.
  public func setAttributes(_ attributes: TPMSession.Attributes, of session: TPMSession) throws(TPMError) {
    try run("Esys_TRSess_SetAttributes", [session.handle]) { esys, _, _, _ in
      Esys_TRSess_SetAttributes(esys, session.handle.reference, attributes.rawValue, 0xFF)
    }
  }
}
