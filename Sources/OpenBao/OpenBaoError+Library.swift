import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import SecretMemory

extension OpenBaoError {
  /// What an error of the libraries below means.
  init(_ error: any Error, name: String) {
    switch error {
    case let error as OpenBaoError: self = error
    case let error as SecretMemoryError: self = .memory(error)
    case let error as HTTPClientError: self = Self.meaning(of: error)
    case let error as NIOSSLExtraError where error == .failedToValidateHostname:
      self = .unverified("its certificate is not for \(name)")
    case NIOSSLError.handshakeFailed(let cause):
      let words = String(describing: cause)
      self =
        words.contains("CERTIFICATE_VERIFY_FAILED")
        ? .unverified("its certificate is expired or not from the configured anchors")
        : .tls(Self.shortened(words))
    case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError: self = .tls(Self.shortened(String(describing: error)))
    case ChannelError.connectTimeout: self = .deadlineExceeded
    case let error as NIOConnectionError:
      self = .unreachable(error.connectionErrors.first.map { Self.words($0.error) } ?? "\(error.host) is not known")
    // Connected, and cut off: the request may have been carried out.
    case let error as IOError:
      self = error.errnoCode == ECONNREFUSED ? .unreachable("refused") : .broken(Self.words(error))
    case is HTTPParserError: self = .broken("no HTTP")
    case is CancellationError: self = .deadlineExceeded
    default: self = .broken(Self.shortened(String(describing: error)))
    }
  }

  private static func meaning(of error: HTTPClientError) -> OpenBaoError {
    switch error {
    case .connectTimeout, .deadlineExceeded, .readTimeout, .writeTimeout, .cancelled, .getConnectionFromPoolTimeout,
      .tlsHandshakeTimeout:
      .deadlineExceeded
    default: .broken(shortened(error.shortDescription))
    }
  }

  private static func words(_ error: any Error) -> String {
    (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? shortened(String(describing: error))
  }
}
