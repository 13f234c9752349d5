// Values, not members, that later versions brought. Ignition's migration notes name each under "From Version …".

extension IgnitionConfig.Resource {
  /// The members that a reference to a config or a certificate has: 3.0.0 gives it neither compression nor headers.
  static let referenceFields: [Field<Self>] = [
    Field("source", { $0.source }, { $0.source = $1 }),
    Field("compression", { $0.compression }, { $0.compression = $1 }, since: .v31),
    Field("httpHeaders", { $0.httpHeaders }, { $0.httpHeaders = $1 }, since: .v31),
    Field("verification", { $0.verification }, { $0.verification = $1 }),
  ]

  var laterValues: [LaterValue] {
    guard let source else { return [] }
    if source.utf8.starts(with: "gs:".utf8) {
      return [LaterValue(member: "source", what: "gs:// sources", since: .v32)]
    }
    if source.utf8.starts(with: "arn:".utf8) {
      return [LaterValue(member: "source", what: "arn: sources", since: .v34)]
    }
    return []
  }
}

extension IgnitionConfig.Verification {
  var laterValues: [LaterValue] {
    guard let hash, hash.utf8.starts(with: "sha256-".utf8) else { return [] }
    return [LaterValue(member: "hash", what: "SHA-256 hashes", since: .v31)]
  }
}

extension IgnitionConfig.Filesystem {
  var laterValues: [LaterValue] {
    format == "none" ? [LaterValue(member: "format", what: "the format none", since: .v33)] : []
  }
}

extension IgnitionConfig.ClevisCustom {
  var laterValues: [LaterValue] {
    guard let pin, !pin.isEmpty, !["tpm2", "tang", "sss"].contains(pin) else { return [] }
    return [LaterValue(member: "pin", what: "Clevis pins other than tpm2, tang and sss", since: .v36)]
  }
}

extension IgnitionConfig.File {
  var laterValues: [LaterValue] { LaterValue.specialBits(of: mode) }
}

extension IgnitionConfig.Directory {
  var laterValues: [LaterValue] { LaterValue.specialBits(of: mode) }
}

extension LaterValue {
  /// Setuid, setgid and sticky bits: older versions accept them with a warning and do not apply them.
  fileprivate static func specialBits(of mode: Int?) -> [LaterValue] {
    guard let mode, mode & 0o7000 != 0 else { return [] }
    return [LaterValue(member: "mode", what: "setuid, setgid and sticky bits", since: .v36)]
  }
}
