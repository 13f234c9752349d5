public import HostFS

/// What this machine is: its six facts, and the hypervisor that may stand behind them.
public struct HardwareFacts: Sendable, Hashable {
  /// The facts, ascending by name, each once.
  public let facts: [HardwareFact]
  /// The hypervisor; `nil` where none was found.
  public let hypervisor: Hypervisor?

  /// What the caller found out about the TPM's endorsement key: this room opens no TPM.
  public enum EndorsementKey: Sendable, Hashable {
    /// The public area as the TPM marshals it (TPM2B_PUBLIC), and how it was reached: `device:/dev/tpmrm0`.
    case key([UInt8], source: String)
    /// There is none, or it was not asked for; a sentence without an end.
    case absent(String)
  }

  /// Reads the machine. What cannot be read is in the result with the reason.
  ///
  /// - Parameters:
  ///   - root: the host.
  ///   - credentials: the folder with the service's credentials (`CREDENTIALS_DIRECTORY`, systemd.exec(5)): those with
  ///     a fact's name go before the files that only root may read.
  ///   - endorsementKey: the TPM's.
  public init(reading root: HostRoot, credentials: String? = nil, endorsementKey: EndorsementKey) {
    let hypervisor = Hypervisor(of: root)
    let firmware = FirmwareFacts(root: root, credentials: credentials)
    self.init(
      readings: [
        .tpmEndorsementKey: Self.reading(endorsementKey), .productUUID: firmware.productUUID(),
        .boardSerial: firmware.boardSerial(), .chassisSerial: firmware.chassisSerial(),
        .systemDiskSerial: SystemDisk.serials(of: root), .nicPermanentAddress: PermanentAddresses.reading(of: root),
      ], hypervisor: hypervisor)
  }

  /// Facts that were read; those that are not named are absent. A hypervisor controls every one: it chooses the
  /// firmware's texts, the disks, the interfaces and the TPM that its guest finds.
  init(readings: [FactName: HardwareFact.Reading], hypervisor: Hypervisor?) {
    facts = FactName.allCases.sorted().map { name in
      HardwareFact(
        name, readings[name] ?? .absent(.missing("it was not read")), isHypervisorControlled: hypervisor != nil)
    }
    self.hypervisor = hypervisor
  }

  /// The fact with the name.
  public subscript(name: FactName) -> HardwareFact.Reading {
    facts.first { $0.name == name }?.reading ?? .absent(.missing("it was not read"))
  }

  /// The digests of the facts that are known.
  public var digests: [FactName: [UInt8]] {
    facts.reduce(into: [:]) { digests, fact in
      if let value = fact.value { digests[fact.name] = value.digest }
    }
  }

  /// The machine's fingerprint, 32 bytes.
  public var fingerprint: [UInt8] { Fingerprint.of(digests) }

  /// The weight of the facts that are known.
  public var weight: Int { facts.reduce(0) { $0 + ($1.value == nil ? 0 : $1.name.weight) } }

  /// Whether the facts that are known tell this machine from others.
  public var isEnough: Bool { weight >= FactName.enough }

  private static func reading(_ key: EndorsementKey) -> HardwareFact.Reading {
    switch key {
    case .key(let bytes, let source):
      FactValue(bytes.isEmpty ? [] : [bytes], sources: [source]).map { .present($0) }
        ?? .absent(.malformed("", source: source))
    case .absent(let reason): .absent(.missing(reason))
    }
  }
}
