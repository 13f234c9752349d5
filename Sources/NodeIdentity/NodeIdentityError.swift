import Glibc
public import TPM2

/// Why the node's identity cannot be made, read, kept or used.
public enum NodeIdentityError: Error, Sendable, Hashable {
  /// The TPM, or the way to it.
  case tpm(TPMError)
  /// What is at the storage root key's handle is no storage key; the words say what is wrong.
  case storageRoot(String)
  /// The stored key is not this TPM's: the board was changed, or the TPM cleared.
  case anotherTPM(TPMError)
  /// A key in the TPM is named in the state folder, and no TPM is in use.
  case needsTPM(String)
  /// A system call failed on a path: what was done, the path, errno.
  case system(action: String, path: String, code: Int32)
  /// A file that does not hold what it should; the words say what is wrong.
  case file(String, String)
  /// Going from a key in the TPM to one in a file needs an operator's consent.
  case fileKeyNeedsConsent
  /// A certificate that cannot be kept; the words say why.
  case certificate(String)
  /// The cryptographic library refused, or no locked memory; its words.
  case cryptography(String)
}

extension NodeIdentityError: CustomStringConvertible {
  /// The failure in one sentence, and what to do where something can be done.
  public var description: String {
    switch self {
    case .tpm(let error): error.description
    case .storageRoot(let words): "the storage root key at 0x81000001 is not one: \(words)"
    case .anotherTPM(let error):
      "the key is not this TPM's (\(error)): the board was changed or the TPM cleared; enroll this node again"
    case .needsTPM(let path): "\(path) holds a key of the TPM, and no TPM is in use here"
    case .system(let action, let path, let code): "cannot \(action) \(path): \(String(cString: strerror(code)))"
    case .file(let path, let words): "\(path): \(words)"
    case .fileKeyNeedsConsent:
      "this node's key is in its TPM, and is not replaced by one in a file without an operator's consent"
    case .certificate(let words): "the certificate cannot be used: \(words)"
    case .cryptography(let words): words
    }
  }
}
