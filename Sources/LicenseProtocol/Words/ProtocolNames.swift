extension Lowlayer_Agent_V1_Reason {
  /// The reason's name in metrics, logs and JSON: `no-seat` for REASON_NO_SEAT.
  public var name: String {
    switch self {
    case .unspecified: "unspecified"
    case .protocolVersion: "protocol-version"
    case .requiredFeature: "required-feature"
    case .identity: "identity"
    case .attestation: "attestation"
    case .noSeat: "no-seat"
    case .noEntitlement: "no-entitlement"
    case .clone: "clone"
    case .assuranceLowered: "assurance-lowered"
    case .endorsementKeyBound: "endorsement-key-bound"
    case .organisationUnknown: "organisation-unknown"
    case .certificateRevoked: "certificate-revoked"
    case .malformed: "malformed"
    case .replaced: "replaced"
    case .nativeMode: "native-mode"
    case .unavailable: "unavailable"
    case .UNRECOGNIZED(let number): "reason-\(number)"
    }
  }
}

extension Lowlayer_Agent_V1_Assurance {
  /// The assurance's name in metrics, logs, JSON and the taint's value: `hardware-tpm` for ASSURANCE_HARDWARE_TPM.
  public var name: String {
    switch self {
    case .unspecified: "unspecified"
    case .fileKey: "file-key"
    case .virtualTpm: "virtual-tpm"
    case .hardwareTpm: "hardware-tpm"
    case .UNRECOGNIZED(let number): "assurance-\(number)"
    }
  }

  /// The assurance as words of a sentence: "with a hardware TPM".
  public var words: String {
    switch self {
    case .fileKey: "with a key in a file"
    case .virtualTpm: "with a virtual TPM"
    case .hardwareTpm: "with a hardware TPM"
    case .unspecified, .UNRECOGNIZED: "with a key of unknown assurance"
    }
  }
}

extension Lowlayer_Agent_V1_Mode {
  /// The mode's name in metrics, logs and JSON.
  public var name: String {
    switch self {
    case .unspecified: "unspecified"
    case .native: "native"
    case .platform: "platform"
    case .enterprise: "enterprise"
    case .UNRECOGNIZED(let number): "mode-\(number)"
    }
  }
}
