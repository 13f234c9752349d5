public import SecretMemory

/// Why a sealed object, its sidecar or what belongs to them is refused.
public enum SealedObjectError: Error, Sendable, Hashable {
  /// Not the PEM text that would be written for the same content; the words say what differs.
  case pem(String)
  /// Not the DER that would be written for the same key file; the words say what differs.
  case der(String)
  /// A TPM structure inside (named first) that cannot be read.
  case structure(String, String)
  /// A value that the format does not allow: its name, and what is wrong with it.
  case value(String, String)
  /// The sealed object is not one that a sidecar with this policy may stand beside.
  case object(String)
  /// Only SHA-1 banks: a PCR there can be forged.
  case onlySHA1
  /// A bank that policies do not use.
  case bank(String)
  /// A PCR that nobody has extended, or that reads all ones: it proves nothing.
  case unmeasured(pcr: Int)
  /// The cap PCR is not zero: the secrets of this boot have been released already, or something else uses it.
  case capped(pcr: Int)
  /// A cap PCR that can be reset, belongs to another owner, or is one of the policy's own.
  case capPCR(Int)
  /// A PCR of the policy without a value, or a value of the wrong size.
  case missingPCR(Int)
  /// An approval's signature is not the release key's for this cluster, node and epoch.
  case foreignApproval(label: String)
  /// An approval's digests are not those of its PCR values.
  case approval(label: String, String)
  /// There is no approval, so no PCR values are accepted.
  case noApproval
  /// The release key of the sidecar does not give the object's policy.
  case foreignReleaseKey
  /// The release key is not the pinned one.
  case unpinnedReleaseKey
  /// The object's policy asks for an authorization value where the key file says that there is none, or the other way round.
  case authorizationValue
  /// The parent in the key file is not the storage root key of the sidecar.
  case parent(UInt32, expected: UInt32)
  /// The bundle is not the one that the sidecar names, or one of them has none.
  case bundle(String)
  /// The bundle does not open: another key, another node, or changed bytes.
  case bundleUnopened
  /// The sidecar's signature does not verify.
  case signature
  /// The sidecar belongs to another secret.
  case keyID
  /// A private key in a form that cannot be read here; the words say which can.
  case privateKey(String)
  /// No locked memory.
  case memory(SecretMemoryError)
}

extension SealedObjectError: CustomStringConvertible {
  /// The refusal in one line.
  public var description: String {
    switch self {
    case .pem(let words): "not a sealed object's PEM: \(words)"
    case .der(let words): "not a TPM 2.0 key file: \(words)"
    case .structure(let name, let words): "\(name) cannot be read: \(words)"
    case .value(let name, let words): "\(name) \(words)"
    case .object(let words): "the sealed object \(words)"
    case .onlySHA1: "this TPM measures into SHA-1 banks only; enable its SHA-256 bank in the firmware's setup"
    case .bank(let name): "the PCR bank \(name) is not sha256 or sha384"
    case .unmeasured(let pcr): "PCR \(pcr) reads all zeros or all ones: nothing was measured into it"
    case .capped(let pcr): "cap PCR \(pcr) is not zero: it has been extended since this machine started"
    case .capPCR(let pcr): "PCR \(pcr) cannot be the cap: use one of 8 to 15, not 14 and none of the policy's own"
    case .missingPCR(let pcr): "PCR \(pcr) has no value of the bank's size"
    case .foreignApproval(let label):
      "approval \(label.debugDescription) is not signed by the release key for this cluster, node and epoch"
    case .approval(let label, let words): "approval \(label.debugDescription) \(words)"
    case .noApproval: "no approval: no PCR values are accepted"
    case .foreignReleaseKey: "the object's policy is not that of this release key, cluster, node and epoch"
    case .unpinnedReleaseKey: "the release key is not the pinned one"
    case .authorizationValue: "emptyAuth of the key file and the object's policy disagree about an authorization value"
    case .parent(let parent, let expected):
      "the object's parent is 0x\(String(parent, radix: 16)), and the sidecar's is 0x\(String(expected, radix: 16))"
    case .bundle(let words): "the sealed bundle \(words)"
    case .bundleUnopened: "the sealed bundle does not open: another key, another node or epoch, or changed bytes"
    case .signature: "the sidecar's signature does not verify"
    case .keyID: "the sidecar belongs to another secret (its keyID differs)"
    case .privateKey(let words): "the private key cannot be read: \(words)"
    case .memory(let error): error.description
    }
  }
}
