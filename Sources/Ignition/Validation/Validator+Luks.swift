extension Validator {
  mutating func check(_ luks: IgnitionConfig.Luks) {
    if luks.name.utf8.contains(UInt8(ascii: "/")) { error("device names cannot contain slashes", at: "name") }
    if let label = luks.label, label.utf8.count > 47 {
      error("luks device labels cannot be longer than 47 characters", at: "label")
    }
    let device = luks.device ?? ""
    error(device.isEmpty ? "disk device is required" : CleanPath.fault(device), at: "device")
    let keySource = luks.keyFile.source ?? ""
    // Ignition names the member "keys", which no specification has.
    if !keySource.isEmpty, urlFault(keySource) != nil { error("invalid key-file source", at: "keys") }
    unique(("openOptions", luks.openOptions.map(\.mergeKey)))
    inside("keyFile") { $0.check(luks.keyFile) }
    check(luks.clevis)
    if luks.cex.enabled == true {
      if Self.isPresent(luks.clevis) { error("cannot use cex with clevis", at: "cex") }
      if !keySource.isEmpty { error("cannot use key file with cex", at: "cex") }
    }
  }

  private static func isPresent(_ clevis: IgnitionConfig.Clevis) -> Bool {
    clevis.custom.pin?.isEmpty == false || usesOwnPins(clevis)
  }

  private static func usesOwnPins(_ clevis: IgnitionConfig.Clevis) -> Bool {
    !clevis.tang.isEmpty || clevis.tpm2 == true || (clevis.threshold ?? 0) != 0
  }

  private mutating func check(_ clevis: IgnitionConfig.Clevis) {
    // 3.2.0 asks whether the object is there, later versions whether it has a pin.
    let hasCustom = spec == .v32 ? !clevis.custom.isOmitted : clevis.custom.pin?.isEmpty == false
    if hasCustom, Self.usesOwnPins(clevis) {
      error("cannot use custom clevis config with tpm2, tang, or threshold", at: "clevis")
    }
    inside("clevis") { validator in
      validator.inside("custom") { $0.check(clevis.custom) }
      validator.unique(("tang", clevis.tang.map(\.mergeKey)))
      validator.each("tang", clevis.tang) { $0.check($1) }
    }
  }

  private mutating func check(_ custom: IgnitionConfig.ClevisCustom) {
    let pin = custom.pin ?? ""
    let config = custom.config ?? ""
    let isEmpty = pin.isEmpty && config.isEmpty
    if isEmpty, spec == .v32 || custom.needsNetwork != true { return }
    if pin.isEmpty {
      error("missing required custom clevis pin", at: "pin")
    } else if spec < .v36, !["tpm2", "tang", "sss"].contains(pin) {
      error("unsupported clevis pin", at: "pin")
    }
    if config.isEmpty { error("missing required custom clevis config", at: "config") }
  }

  private mutating func check(_ tang: IgnitionConfig.Tang) {
    if let url = ResourceURL(tang.url) {
      if url.scheme != "http", url.scheme != "https" { error("invalid url scheme", at: "url") }
    } else {
      error("unable to parse url", at: "url")
    }
    if (tang.thumbprint ?? "").isEmpty { error("thumbprint is required", at: "thumbprint") }
    if let advertisement = tang.advertisement, !advertisement.isEmpty {
      do throws(JSONSyntax.Fault) {
        let syntax = try JSONSyntax.check(Array(advertisement.utf8))
        if syntax.hasHugeNumber { self.error("advertisement is not valid JSON", at: "advertisement") }
      } catch {
        self.error("advertisement is not valid JSON", at: "advertisement")
      }
    }
  }
}
