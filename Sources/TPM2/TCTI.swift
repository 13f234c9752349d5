/// The way to a TPM, as `NAME:CONF`. Nothing is searched for: tss2's own search ends at a simulator, so a missing chip
/// would become a fake without a word. Source: TCG TSS 2.0 TCTI specification, tpm2-tss' Tss2_TctiLdr_Initialize(3).
public struct TCTI: Sendable, Hashable {
  /// The module that speaks to the TPM.
  public enum Module: String, Sendable, Hashable, CaseIterable {
    /// A character device of the kernel: `device:/dev/tpmrm0`.
    case device
    /// The simulator swtpm: `swtpm:path=SOCKET`, `swtpm:host=HOST,port=PORT`.
    case swtpm
    /// The reference simulator: `mssim:host=HOST,port=PORT`.
    case mssim
    /// A program that answers on its standard output: `cmd:PROGRAM ARGUMENTS`.
    case cmd
    /// Another TCTI, recorded into the file that `TCTI_PCAP_FILE` names: `pcap:NAME:CONF`.
    case pcap
  }

  /// The module.
  public let module: Module
  /// What follows the colon, as the module takes it; may be empty for a simulator, which then has its own default.
  public let configuration: String
  private let recorded: [TCTI]

  /// The kernel's TPM with its resource manager: `device:/dev/tpmrm0`.
  public static let resourceManager = TCTI(.device, "/dev/tpmrm0", [])

  private init(_ module: Module, _ configuration: String, _ recorded: [TCTI]) {
    self.module = module
    self.configuration = configuration
    self.recorded = recorded
  }

  /// The way that `text` names, `NAME:CONF`; `device` alone is ``resourceManager``. ``TPMError/tcti(_:_:)`` for
  /// anything that would let tss2 choose: an empty text, `default`, a library's file name, a module that is not known
  /// here.
  public init(_ text: String) throws(TPMError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let name = parts.first ?? ""
    let configuration = parts.count > 1 ? parts[1] : ""
    guard !name.isEmpty else {
      throw TPMError.tcti(text, "a TCTI is NAME:CONF, and without a name tss2 would search for a TPM by itself")
    }
    guard let module = Module(rawValue: name) else {
      let known = Module.allCases.map(\.rawValue).joined(separator: ", ")
      throw TPMError.tcti(text, "\(name) is none of the modules that are accepted: \(known)")
    }
    guard !configuration.utf8.contains(0) else { throw TPMError.tcti(text, "it holds a zero byte") }
    switch module {
    case .device where configuration.isEmpty:
      guard parts.count == 1 else { throw TPMError.tcti(text, "the device has no path") }
      self = Self.resourceManager
    case .device:
      guard configuration.hasPrefix("/dev/") else {
        throw TPMError.tcti(text, "\(configuration) is not the path of a device below /dev/")
      }
      self.init(module, configuration, [])
    case .cmd:
      guard !configuration.isEmpty else { throw TPMError.tcti(text, "the program is missing") }
      self.init(module, configuration, [])
    case .pcap:
      self.init(module, configuration, [try TCTI(configuration)])
    case .swtpm, .mssim:
      self.init(module, configuration, [])
    }
  }

  /// Whether this can be a simulator: swtpm, mssim, a recorded one, and a program, which cannot be told from one.
  public var isSimulator: Bool {
    switch module {
    case .device: false
    case .swtpm, .mssim, .cmd: true
    case .pcap: recorded.contains { $0.isSimulator }
    }
  }

  /// Whether what a process leaves in the TPM goes with the process: true for the kernel's `/dev/tpmrm…` only.
  var hasResourceManager: Bool {
    switch module {
    case .device: configuration.hasPrefix("/dev/tpmrm")
    case .pcap: recorded.contains { $0.hasResourceManager }
    case .swtpm, .mssim, .cmd: false
    }
  }
}

extension TCTI: CustomStringConvertible {
  /// `NAME:CONF`.
  public var description: String { configuration.isEmpty ? module.rawValue : "\(module.rawValue):\(configuration)" }
}
