import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Why a request over a verified connection had no answer. No case holds what was sent.
public enum HTTPClientFault: Error, Sendable, Hashable {
  /// Nobody could be connected to, in the system's words; or the name is not known.
  case unreachable(String)
  /// A call on the connection failed with this errno: nobody listens, or it was cut off. What was sent before may have
  /// been carried out.
  case connection(code: Int32)
  /// The server's certificate is not for the name that was asked for: nothing was sent.
  case wrongName
  /// The server's certificate is expired or not from the anchors: nothing was sent.
  case untrusted
  /// TLS failed otherwise.
  case tls(String)
  /// The time that was given had passed.
  case deadlineExceeded
  /// The answer is longer than that many bytes.
  case tooLong(limit: Int)
  /// The answer ended before its end, or is no HTTP.
  case broken(String)

  /// What an error of AsyncHTTPClient or of the libraries below it means.
  public init(_ error: any Error) {
    switch error {
    case let error as HTTPClientFault: self = error
    case let error as HTTPClientError: self = Self.meaning(of: error)
    case let error as NIOSSLExtraError where error == .failedToValidateHostname: self = .wrongName
    case NIOSSLError.handshakeFailed(let cause):
      let words = String(describing: cause)
      self = words.contains("CERTIFICATE_VERIFY_FAILED") ? .untrusted : .tls(OneLine.of(words))
    case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError: self = .tls(OneLine.of(String(describing: error)))
    case ChannelError.connectTimeout: self = .deadlineExceeded
    case let error as NIOConnectionError:
      self = .unreachable(error.connectionErrors.first.map { Self.words($0.error) } ?? "\(error.host) is not known")
    case let error as IOError: self = .connection(code: error.errnoCode)
    case is HTTPParserError: self = .broken("no HTTP")
    case is CancellationError: self = .deadlineExceeded
    default: self = .broken(OneLine.of(String(describing: error)))
    }
  }

  /// The system's words for an errno.
  public static func words(code: Int32) -> String { String(cString: strerror(code)) }

  private static func meaning(of error: HTTPClientError) -> HTTPClientFault {
    switch error {
    case .connectTimeout, .deadlineExceeded, .readTimeout, .writeTimeout, .cancelled, .getConnectionFromPoolTimeout,
      .tlsHandshakeTimeout:
      .deadlineExceeded
    default: .broken(OneLine.of(error.shortDescription))
    }
  }

  private static func words(_ error: any Error) -> String {
    (error as? IOError).map { words(code: $0.errnoCode) } ?? OneLine.of(String(describing: error))
  }
}
