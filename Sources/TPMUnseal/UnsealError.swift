public import SealedObject
public import SecretMemory
public import TPM2
public import TPMStructures

/// Why a secret was not sealed, imported or released.
public enum UnsealError: Error, Sendable, Hashable {
  /// The TPM failed or refused.
  case tpm(TPMError)
  /// The sealed file, its sidecar or what belongs to them is refused.
  case sealed(SealedObjectError)
  /// A file could not be read or written.
  case release(ReleaseError)
  /// No locked memory.
  case memory(SecretMemoryError)
  /// A TPM structure could not be made.
  case structure(TPMStructureError)
  /// The storage root key is that of another TPM, or this one was cleared: what was expected, what is there.
  case anotherTPM(handle: UInt32, expected: Name, found: Name)
  /// There is no key at the storage root key's handle.
  case noStorageRootKey(handle: UInt32)
  /// The object at that handle is no storage root key that secrets may be sealed under.
  case squattedHandle(handle: UInt32, String)
  /// The epoch's counter is not there, or another one is.
  case epoch(String)
  /// The TPM found the epoch's counter at another value than the blob was sealed for.
  case epochIsOver(TPMError)
  /// The sealed file is still for import.
  case notImported
  /// The sealed file needs an authorization value and none was given, or the other way round.
  case authorizationValue(isNeeded: Bool)
  /// The secret that came back from a new blob is not the one that went in.
  case notTheSame
}

extension UnsealError: CustomStringConvertible {
  /// The failure, and what it means.
  public var description: String {
    switch self {
    case .tpm(let error): "\(error)"
    case .sealed(let error): "\(error)"
    case .release(let error): "\(error)"
    case .memory(let error): "\(error)"
    case .structure(let error): "\(error)"
    case .anotherTPM(let handle, let expected, let found):
      "another TPM, or this one was cleared: the key at 0x\(String(handle, radix: 16)) is \(found), sealed for \(expected)"
    case .noStorageRootKey(let handle):
      "no storage root key at 0x\(String(handle, radix: 16)): the TPM was cleared or never set up; ll-tpm identity makes one"
    case .squattedHandle(let handle, let words): "0x\(String(handle, radix: 16)) \(words)"
    case .epoch(let words): "the epoch's counter \(words)"
    case .epochIsOver(let error):
      "the epoch's counter is not at what this was sealed for: an older blob was put back, or a new epoch has begun (\(error))"
    case .notImported: "the blob is still the one for import: run ll-tpm import first"
    case .authorizationValue(let isNeeded):
      isNeeded
        ? "the blob needs an authorization value (--auth-file)"
        : "the blob has no authorization value, and one was given"
    case .notTheSame: "the new blob does not give the same secret back; the old one stays"
    }
  }
}

extension UnsealError {
  /// Runs `body`, whose error becomes this one's.
  static func inTPM<Result>(_ body: () throws(TPMError) -> Result) throws(UnsealError) -> Result {
    do { return try body() } catch { throw .tpm(error) }
  }

  /// Runs `body`, whose error becomes this one's.
  static func inFormat<Result>(_ body: () throws(SealedObjectError) -> Result) throws(UnsealError) -> Result {
    do { return try body() } catch { throw .sealed(error) }
  }

  /// Runs `body`, whose error becomes this one's.
  static func onDisk<Result>(_ body: () throws(ReleaseError) -> Result) throws(UnsealError) -> Result {
    do { return try body() } catch { throw .release(error) }
  }
}
