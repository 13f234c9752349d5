public import SecretMemory
public import TPMStructures

/// Why something could not be done with the TPM. Commands are named as part 3 of the TPM 2.0 library specification
/// names them.
public enum TPMError: Error, Sendable, Hashable {
  /// A TCTI that is not accepted: its text, and why.
  case tcti(String, String)
  /// The TPM could not be reached: the TCTI, and what tss2 said.
  case unreachable(TCTI, ResponseCode)
  /// A command failed, in the TPM or on the way; or tss2 refused to send it.
  case command(String, ResponseCode)
  /// An earlier command of the same ``TPM/perform(_:)`` lost the connection, and this one was not sent.
  case connectionLost(String)
  /// A handle from another ``TPM/perform(_:)``, in which this command did not find it.
  case staleHandle(String)
  /// The TPM's answer to a command is not what the specification says.
  case answer(String, WireError)
  /// More bytes than the command takes: the command, how many, and the limit.
  case size(String, Int, limit: Int)
  /// What is at a handle is not what was stored about it: another TPM, or somebody took the handle.
  case name(handle: UInt32, expected: Name, found: Name)
  /// No locked memory for a secret.
  case memory(SecretMemoryError)
  /// No thread for the TPM: errno of pthread_create(3).
  case thread(Int32)

  /// What the TPM or tss2 answered; `nil` where the failure came before.
  public var responseCode: ResponseCode? {
    switch self {
    case .unreachable(_, let code), .command(_, let code): code
    default: nil
    }
  }
}

extension TPMError: CustomStringConvertible {
  /// The failure in one line.
  public var description: String {
    switch self {
    case .tcti(let text, let reason): "the TCTI “\(text)” is not accepted: \(reason)"
    case .unreachable(let tcti, let code): "no TPM at \(tcti): \(code)"
    case .command(let command, let code): "\(command): \(code)"
    case .connectionLost(let command): "\(command): not sent, the connection to the TPM is lost"
    case .staleHandle(let command): "\(command): the handle is no longer loaded"
    case .answer(let command, let error): "\(command): the TPM's answer cannot be read: \(error)"
    case .size(let command, let count, let limit): "\(command): \(count) bytes, and at most \(limit) fit"
    case .name(let handle, let expected, let found):
      "0x\(String(handle, radix: 16)) holds another object: its name is \(found), expected was \(expected)"
    case .memory(let error): error.description
    case .thread(let code): "no thread for the TPM (errno \(code))"
    }
  }
}
