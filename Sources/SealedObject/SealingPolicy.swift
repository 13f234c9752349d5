public import TPMStructures

/// What must hold before the TPM gives a secret back.
public enum SealingPolicy: Sendable, Hashable {
  /// This TPM, and nothing else.
  case tpmOnly
  /// A policy that the release key approved, over PCR 7 and the cap PCR, and the node's epoch.
  case standard(PCRBinding)
  /// The same over PCRs 4, 8 and 9 too: boot loader, its commands and what it loaded.
  case strict(PCRBinding)

  /// The cap where nothing else is asked for.
  public static let defaultCapPCR = 13

  /// The bank and the cap of a policy over PCRs.
  public struct PCRBinding: Sendable, Hashable {
    /// The bank: sha256 or sha384.
    public let bank: HashAlgorithm
    /// The PCR that must be zero.
    public let capPCR: Int

    fileprivate init(bank: HashAlgorithm, capPCR: Int, beside pcrs: [Int]) throws(SealedObjectError) {
      guard bank == .sha256 || bank == .sha384 else { throw .bank("\(bank)") }
      // 14 holds shim's key list; 16 and 23 can be reset by anybody, and those from 17 on by a late launch.
      guard (8...15).contains(capPCR), capPCR != 14, !pcrs.contains(capPCR) else { throw .capPCR(capPCR) }
      self.bank = bank
      self.capPCR = capPCR
    }
  }

  private static let standardPCRs = [7]
  private static let strictPCRs = [4, 7, 8, 9]

  /// ``standard(_:)`` over that bank and cap.
  public static func standard(bank: HashAlgorithm, capPCR: Int = defaultCapPCR) throws(SealedObjectError) -> Self {
    .standard(try PCRBinding(bank: bank, capPCR: capPCR, beside: standardPCRs))
  }

  /// ``strict(_:)`` over that bank and cap.
  public static func strict(bank: HashAlgorithm, capPCR: Int = defaultCapPCR) throws(SealedObjectError) -> Self {
    .strict(try PCRBinding(bank: bank, capPCR: capPCR, beside: strictPCRs))
  }

  /// The policy called `name` (`tpm-only`, `standard`, `strict`); the first takes neither bank nor cap, the others need both.
  public init(name: String, bank: HashAlgorithm?, capPCR: Int?) throws(SealedObjectError) {
    switch (name, bank, capPCR) {
    case ("tpm-only", nil, nil): self = .tpmOnly
    case ("standard", let bank?, let capPCR?): self = try .standard(bank: bank, capPCR: capPCR)
    case ("strict", let bank?, let capPCR?): self = try .strict(bank: bank, capPCR: capPCR)
    default: throw .value("the policy", "is not tpm-only without, or standard or strict with, a bank and a cap PCR")
    }
  }

  /// `tpm-only`, `standard` or `strict`.
  public var name: String {
    switch self {
    case .tpmOnly: "tpm-only"
    case .standard: "standard"
    case .strict: "strict"
    }
  }

  /// The bank and the cap; `nil` for ``tpmOnly``.
  public var binding: PCRBinding? {
    switch self {
    case .tpmOnly: nil
    case .standard(let binding), .strict(let binding): binding
    }
  }

  /// The PCRs, ascending, the cap among them.
  public var pcrs: [Int] {
    switch self {
    case .tpmOnly: []
    case .standard(let binding): (Self.standardPCRs + [binding.capPCR]).sorted()
    case .strict(let binding): (Self.strictPCRs + [binding.capPCR]).sorted()
    }
  }

  /// The PCRs as PolicyPCR takes them; `nil` for ``tpmOnly``.
  public var selection: PCRSelection? {
    guard let binding else { return nil }
    var select: [UInt8] = [0, 0, 0]
    for pcr in pcrs { select[pcr / 8] |= 1 << UInt8(pcr % 8) }
    return PCRSelection([PCRSelection.Bank(binding.bank.algorithm, select: select)])
  }

  /// What an object under this policy may do: a local one cannot leave its TPM, one for another machine must be imported first. Only
  /// under ``tpmOnly`` its (empty) authorization value suffices.
  public func attributes(of kind: TSS2PrivateKey.Kind) -> ObjectAttributes {
    var attributes: ObjectAttributes = [.noDA]
    if kind != .importable { attributes.formUnion([.fixedTPM, .fixedParent]) }
    if self == .tpmOnly { attributes.insert(.userWithAuth) }
    return attributes
  }
}
