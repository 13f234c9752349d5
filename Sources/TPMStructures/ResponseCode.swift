/// What a TPM, or the software on the way to it, answered (TPM_RC, TSS2_RC). Sources: TPM 2.0 part 2, 6.6; TCG TSS 2.0
/// overview, 3.2.
public struct ResponseCode: RawRepresentable, Error, Sendable, Hashable {
  /// The 32 bits as they were returned.
  public let rawValue: UInt32

  /// The answer with those bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// `TPM_RC_SUCCESS`.
  public static let success = ResponseCode(rawValue: 0)

  /// Who answered.
  public enum Layer: UInt8, Sendable, Hashable, CaseIterable {
    /// The TPM itself.
    case tpm = 0
    /// The feature API of tpm2-tss.
    case feature = 6
    /// The enhanced system API of tpm2-tss.
    case esys = 7
    /// The system API of tpm2-tss.
    case system = 8
    /// The marshalling of tpm2-tss.
    case marshalling = 9
    /// The transport to the TPM.
    case tcti = 10
    /// The resource manager, by its own codes.
    case resourceManager = 11
    /// The resource manager, by the TPM's codes.
    case resourceManagerTPM = 12
  }

  /// Which of a command's parts the TPM means; numbers start at 1.
  public enum Subject: Sendable, Hashable {
    /// A parameter.
    case parameter(Int)
    /// A handle.
    case handle(Int)
    /// An authorization session.
    case session(Int)
  }

  /// Who answered; `nil` for a layer that the specification does not name.
  public var layer: Layer? { Layer(rawValue: UInt8(truncatingIfNeeded: rawValue >> 16)) }

  /// The code without the layer and without the number of a parameter, handle or session: 0x09D for "a policy check
  /// failed".
  public var code: UInt32 {
    guard isFromTPM else { return rawValue & 0xFFFF }
    return isFormatOne ? rawValue & 0xF0BF : rawValue & 0xFF7F
  }

  /// The part of the command that is at fault, where the TPM told.
  public var subject: Subject? {
    guard isFromTPM, isFormatOne else { return nil }
    let number = Int(rawValue >> 8 & 15)
    if rawValue & 0x40 != 0 { return number == 0 ? nil : .parameter(number) }
    guard number & 7 != 0 else { return nil }
    return number >= 8 ? .session(number - 8) : .handle(number)
  }

  /// Whether the TPM says that the same command may succeed later (`TPM_RC_WARN`).
  public var isWarning: Bool { isFromTPM && !isFormatOne && rawValue & 0x900 == 0x900 }

  /// The constant's name as the specification spells it (`TPM_RC_POLICY_FAIL`, `TSS2_BASE_RC_IO_ERROR`); `nil` where
  /// it has none.
  public var name: String? { entry?.name }

  /// What a person can do about it; `nil` where nothing can be said in general.
  public var hint: String? { entry?.hint }

  private var isFromTPM: Bool { layer == .tpm || layer == .resourceManagerTPM }

  private var isFormatOne: Bool { rawValue & 0x80 != 0 }

  private var entry: ResponseCodeWords? {
    isFromTPM ? ResponseCodeWords.tpm[code] : layer == nil ? nil : ResponseCodeWords.software[code]
  }
}

extension ResponseCode: CustomStringConvertible {
  /// Who answered what about which part, in words, with the number in hexadecimal: `TPM: session 1: a policy check
  /// failed (0x99d)`.
  public var description: String {
    let who =
      switch layer {
      case .tpm: "TPM"
      case .feature: "tpm2-tss FAPI"
      case .esys: "tpm2-tss ESYS"
      case .system: "tpm2-tss SYS"
      case .marshalling: "tpm2-tss MU"
      case .tcti: "TCTI"
      case .resourceManager, .resourceManagerTPM: "resource manager"
      case nil: "layer \(rawValue >> 16 & 0xFF)"
      }
    let part =
      switch subject {
      case .parameter(let number): "parameter \(number): "
      case .handle(let number): "handle \(number): "
      case .session(let number): "session \(number): "
      case nil: ""
      }
    return "\(who): \(part)\(entry?.words ?? "an unknown code") (0x\(String(rawValue, radix: 16)))"
  }
}
