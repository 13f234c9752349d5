public import SecretMemory

/// Why something could not be computed. Bytes that cannot be read are a ``WireError``.
public enum TPMStructureError: Error, Sendable, Hashable {
  /// A PCR that no PC's TPM has.
  case pcr(Int)
  /// PolicyOR takes two to eight branches.
  case policyBranches(Int)
  /// A key that is not of the kind the operation needs; the words say which kind that is.
  case key(String)
  /// More bytes than a TPM takes there: how many, and the limit.
  case size(Int, limit: Int)
  /// The cryptographic library refused; its own words.
  case cryptography(String)
  /// No locked memory.
  case memory(SecretMemoryError)
}

extension TPMStructureError: CustomStringConvertible {
  /// The failure in one line.
  public var description: String {
    switch self {
    case .pcr(let pcr): "PCR \(pcr) does not exist: 0 to 23 do"
    case .policyBranches(let count): "PolicyOR takes two to eight branches, not \(count)"
    case .key(let words): words
    case .size(let size, let limit): "\(size) bytes, and at most \(limit) are allowed"
    case .cryptography(let words): "the cryptographic library refused: \(words)"
    case .memory(let error): error.description
    }
  }
}
