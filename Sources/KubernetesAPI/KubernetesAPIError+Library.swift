import VerifiedHTTP

extension KubernetesAPIError {
  /// What a fault of the connection to `host` means.
  init(_ fault: HTTPClientFault, host: String) {
    self =
      switch fault {
      case .unreachable(let words): .unreachable(words)
      case .connection(let code): .unreachable(HTTPClientFault.words(code: code))
      case .wrongName: .unverified("its serving certificate is not for \(host)")
      case .untrusted: .unverified("its serving certificate is expired or not from the configured anchors")
      case .tls(let words): .tls(words)
      case .deadlineExceeded: .deadlineExceeded
      case .tooLong: .broken("it is longer than a mebibyte")
      case .broken(let words): .broken(words)
      }
  }

  init(_ fault: CredentialFile.Fault) { self = .file(fault.path, fault.words) }
}
