import VerifiedHTTP

extension KubeletError {
  /// What a fault of the connection to `nodeName` means.
  init(_ fault: HTTPClientFault, nodeName: String) {
    self =
      switch fault {
      case .unreachable(let words): .unreachable(words)
      case .connection(let code): .unreachable(HTTPClientFault.words(code: code))
      case .wrongName: .unverified("its serving certificate is not for \(nodeName)")
      case .untrusted: .unverified("its serving certificate is expired or not from the configured anchors")
      case .tls(let words): .tls(words)
      case .deadlineExceeded: .deadlineExceeded
      case .tooLong(let limit): .tooLarge(limit: limit)
      case .broken(let words): .broken(words)
      }
  }

  init(_ fault: CredentialFile.Fault) { self = .file(fault.path, fault.words) }
}
