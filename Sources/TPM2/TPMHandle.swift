import CTSS2

/// Something in the TPM that commands name: a hierarchy, a PCR, an object, an NV index, a session.
///
/// What ``TPMContext`` loads, starts or finds is valid until it is flushed, and never in another ``TPM/perform(_:)``.
public struct TPMHandle: Sendable, Hashable {
  let reference: UInt32
  // The number of the `perform` that it belongs to; 0 where it is always valid.
  let scope: UInt64

  init(_ reference: UInt32, scope: UInt64 = 0) {
    self.reference = reference
    self.scope = scope
  }

  /// The owner, for whom storage keys and NV indices are made (`TPM_RH_OWNER`).
  public static let owner = TPMHandle(ESYS_TR_RH_OWNER)
  /// The endorsement hierarchy (`TPM_RH_ENDORSEMENT`).
  public static let endorsement = TPMHandle(ESYS_TR_RH_ENDORSEMENT)
  /// The platform, which firmware keeps for itself (`TPM_RH_PLATFORM`).
  public static let platform = TPMHandle(ESYS_TR_RH_PLATFORM)
  /// The dictionary-attack lockout (`TPM_RH_LOCKOUT`).
  public static let lockout = TPMHandle(ESYS_TR_RH_LOCKOUT)
  /// The hierarchy whose seed changes with each reset (`TPM_RH_NULL`).
  public static let null = TPMHandle(ESYS_TR_RH_NULL)

  /// The PCR with that number, 0 to 31; `nil` for others.
  public static func pcr(_ number: Int) -> TPMHandle? {
    (0..<32).contains(number) ? TPMHandle(ESYS_TR_PCR0 + UInt32(number)) : nil
  }
}

/// How a command is authorized.
public enum Authorization: Sendable, Hashable {
  /// The entity's authorization value as it is: empty, or what ``TPMContext/setAuthorizationValue(_:of:)`` was given,
  /// which then travels in the clear.
  case password
  /// A session: by HMAC, or by its policy.
  case session(TPMSession)

  var reference: UInt32 {
    switch self {
    case .password: ESYS_TR_PASSWORD
    case .session(let session): session.handle.reference
    }
  }
}
