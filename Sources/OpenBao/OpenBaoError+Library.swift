import Glibc
import VerifiedHTTP

extension OpenBaoError {
  /// What a fault of the connection to `name` means.
  init(_ fault: HTTPClientFault, name: String) {
    self =
      switch fault {
      case .unreachable(let words): .unreachable(words)
      case .connection(ECONNREFUSED): .unreachable("refused")
      // Connected, and cut off: the request may have been carried out.
      case .connection(let code): .broken(HTTPClientFault.words(code: code))
      case .wrongName: .unverified("its certificate is not for \(name)")
      case .untrusted: .unverified("its certificate is expired or not from the configured anchors")
      case .tls(let words): .tls(words)
      case .deadlineExceeded: .deadlineExceeded
      case .tooLong(let limit): .tooLarge(limit: limit)
      case .broken(let words): .broken(words)
      }
  }
}
