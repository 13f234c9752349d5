/// How well it is known that a key cannot leave its node, from the weakest to the strongest. It is named in the grant,
/// the taint's reason, status and metrics, and never lowered without an operator's consent.
public enum Assurance: Int, Sendable, Hashable, CaseIterable {
  /// `FILE_KEY`: the key is in a file, and whoever can read that file has it.
  case fileKey = 1
  /// `VIRTUAL_TPM`: the endorsement key chains to the platform's own authority for virtual TPMs, so the hypervisor
  /// holds it.
  case virtualTPM = 2
  /// `HARDWARE_TPM`: the endorsement key chains to a vendor's root, or was registered from the machine's identity.
  case hardwareTPM = 3
}

extension Assurance: Comparable {
  /// Whether `left` proves less than `right`.
  public static func < (left: Assurance, right: Assurance) -> Bool { left.rawValue < right.rawValue }
}

extension Assurance: CustomStringConvertible {
  /// The name of the license protocol.
  public var description: String {
    switch self {
    case .fileKey: "FILE_KEY"
    case .virtualTPM: "VIRTUAL_TPM"
    case .hardwareTPM: "HARDWARE_TPM"
    }
  }
}
