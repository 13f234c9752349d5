import AsyncHTTPClient
import Glibc
import NIOCore
import NIOPosix
import NIOSSL

extension KubernetesAPIError {
  /// What an error of the libraries below means.
  init(_ error: any Error, host: String) {
    switch error {
    case let error as KubernetesAPIError: self = error
    case let error as HTTPClientError: self = Self.meaning(of: error)
    case let error as NIOSSLExtraError where error == .failedToValidateHostname:
      self = .unverified("its serving certificate is not for \(host)")
    case NIOSSLError.handshakeFailed(let cause):
      let words = String(describing: cause)
      self =
        words.contains("CERTIFICATE_VERIFY_FAILED")
        ? .unverified("its serving certificate is expired or not from the configured anchors")
        : .tls(Self.shortened(words))
    case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError: self = .tls(Self.shortened(String(describing: error)))
    case ChannelError.connectTimeout: self = .deadlineExceeded
    case let error as NIOConnectionError:
      self = .unreachable(error.connectionErrors.first.map { Self.words($0.error) } ?? "\(error.host) is not known")
    case let error as IOError: self = .unreachable(Self.words(error))
    case is CancellationError: self = .deadlineExceeded
    default: self = .broken(Self.shortened(String(describing: error)))
    }
  }

  private static func meaning(of error: HTTPClientError) -> KubernetesAPIError {
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

  /// One line of what a stranger said, for a person's eyes.
  static func shortened(_ text: String) -> String {
    String(text.prefix(200).map { $0.isNewline || $0 == "\t" ? " " : $0 })
  }
}
