public import AsyncHTTPClient
import Dispatch
import NIOCore
public import NIOSSL

extension TLSConfiguration {
  /// A client's: the server's chain is verified against `anchors`, and its name; TLS 1.2 at least.
  public static func verifying(_ anchors: [NIOSSLCertificate]) -> TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv12
    configuration.certificateVerification = .fullVerification
    configuration.trustRoots = .certificates(anchors)
    return configuration
  }
}

extension HTTPClient.Configuration {
  /// Requests with a credential, to one server: redirects are not followed, and a connection that fails is not tried
  /// again behind the caller's back.
  /// - Parameters:
  ///   - tls: ``NIOSSL/TLSConfiguration/verifying(_:)``, with the client's certificate where it has one.
  ///   - name: whom the server's certificate must be for.
  ///   - address: where it is, if the name does not say it.
  ///   - patience: how long a connection may take, and how long an answer may pause.
  public static func toOneServer(
    _ tls: TLSConfiguration, name: String, at address: String? = nil, patience: Duration
  ) -> HTTPClient.Configuration {
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: tls, redirectConfiguration: .disallow,
      timeout: .init(connect: TimeAmount(patience), read: TimeAmount(patience)))
    configuration.httpVersion = .http1Only
    configuration.connectionPool.retryConnectionEstablishment = false
    if let address, address != name { configuration.dnsOverride = [name: address] }
    // NIOSSL also takes a certificate for the address that was dialled, whatever name was asked for (its
    // `validIdentityForService`). So the name is compared once more before a request may use the connection.
    configuration.http1_1ConnectionDebugInitializer = { channel in
      channel.nioSSL_peerCertificate().flatMapThrowing { certificate in
        guard let certificate, ServerName(text: name).isIn(leaf: try certificate.toDERBytes()) else {
          channel.close(promise: nil)
          throw HTTPClientFault.wrongName
        }
      }
    }
    return configuration
  }
}

extension HTTPClient {
  /// Closes its connections. What cannot be closed any more is closed.
  ///
  /// `shutdown()` has itself called back by Dispatch's pool, whose threads are looked at every second from then on, as long as the program
  /// lives: a service's only wake-up in many of them. A queue of its own is none of the pool's.
  public func close() async {
    let queue = DispatchQueue(label: "HTTPClient.close")
    await withCheckedContinuation { closed in shutdown(queue: queue) { _ in closed.resume() } }
  }
}

extension HTTPClientRequest {
  /// A request to a server by its name or address.
  public init(host: String, port: Int, path: String) {
    self.init(url: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)\(path)")
  }
}
