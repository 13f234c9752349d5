import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Glibc
import LicenseProtocol
import NIOCore
import NIOSSL
import PKI
import Synchronization

/// Keeps a call to the upstream key server open, reports use, and hands on what it answers. While no address answers,
/// the ``LicenseOperator`` lives on what it has.
struct KeyServerClient: Sendable {
  let settings: KeyServerSettings
  let identity: ServerIdentity
  let anchor: IssuedCertificate
  let clock: OperatorClock
  let licenseOperator: LicenseOperator

  private static let firstDelay: Duration = .milliseconds(500)
  private static let longestDelay: Duration = .seconds(30)

  init(
    settings: KeyServerSettings, identity: ServerIdentity, clock: OperatorClock, licenseOperator: LicenseOperator
  ) throws(OperatorError) {
    self.settings = settings
    self.clock = clock
    self.licenseOperator = licenseOperator
    self.identity = identity
    let pem = try OperatorFile.contents(settings.anchor)
    do throws(PKIError) {
      anchor = try IssuedCertificate(pem: pem)
    } catch {
      throw .file(settings.anchor, error.description)
    }
  }

  /// Runs until the task is cancelled.
  func run() async {
    var delay = Self.firstDelay
    while !Task.isCancelled {
      for address in settings.addresses where !Task.isCancelled {
        let wasOfUse = await call(address)
        if wasOfUse { delay = Self.firstDelay }
      }
      // Full jitter: operators that lost one key server do not all come back at once.
      let wait = Duration.milliseconds(Int64.random(in: 0...delay.milliseconds))
      delay = min(delay * 2, Self.longestDelay)
      // Only a cancellation ends the sleep early, and then the loop ends.
      try? await Task.sleep(for: wait)
    }
  }

  /// One call, until it ends. Where there is another address, one that refuses or is not believed ends it.
  /// - Returns: whether the key server was of use last.
  private func call(_ address: HostPort) async -> Bool {
    // However the call ends, and most end by a connection that breaks.
    let wasOfUse = Mutex(false)
    do {
      try await withGRPCClient(transport: try transport(to: address)) { client in
        let service = Lowlayer_Keyserver_V1_KeyServerService.Client(wrapping: client)
        var options = CallOptions.defaults
        options.waitForReady = false
        try await service.entitlements(options: options) { writer in
          try await report(to: writer)
        } onResponse: { response in
          for try await update in response.messages {
            let isOfUse = await licenseOperator.received(update)
            wasOfUse.withLock { $0 = isOfUse }
            // The only one there is may be of use later, and says so by itself.
            if !isOfUse, settings.addresses.count > 1 { break }
          }
        }
      }
    } catch let error as RPCError {
      // The kernel's own word is what a person needs; the library wraps it three times.
      var words = (error.cause as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? error.message
      // A sentence of our own goes on behind it.
      if words.hasSuffix(".") { words.removeLast() }
      await licenseOperator.keyServerLost(.unreachable, "\(address): \(words.prefix(200))")
    } catch {
      await licenseOperator.keyServerLost(.unreachable, "\(address): \("\(error)".prefix(200))")
    }
    return wasOfUse.withLock { $0 }
  }

  /// Reports at once, and then whenever the use changed or the interval is over.
  private func report(to writer: RPCWriter<Lowlayer_Keyserver_V1_OperatorReport>) async throws {
    await licenseOperator.beginReports()
    while true {
      let report = await licenseOperator.report()
      try await writer.write(report)
      let sent = ContinuousClock.now
      while true {
        try await Task.sleep(for: .seconds(1))
        // The answer to this report may name another interval.
        let isDue = await ContinuousClock.now >= sent + licenseOperator.reportInterval
        if await licenseOperator.use() != report.organisations || isDue { break }
      }
    }
  }

  private func transport(to address: HostPort) throws -> HTTP2ClientTransport.Posix {
    let name = settings.serverName ?? address.host
    let security = HTTP2ClientTransport.Posix.TransportSecurity.mTLS(
      certificateChain: identity.chainSource, privateKey: identity.keySource
    ) {
      $0.trustRoots = .certificates([])
      // The callback below replaces both checks of the library.
      $0.serverCertificateVerification = .noHostnameVerification
      $0.customVerificationCallback = { certificates, promise in
        promise.completeWithTask { try await verify(certificates, name: name) }
      }
    }
    let target: any ResolvableTarget =
      if let numeric = try? NIOCore.SocketAddress(ipAddress: address.host, port: address.port) {
        numeric.protocol == .inet6
          ? .ipv6(address: address.host, port: address.port) : .ipv4(address: address.host, port: address.port)
      } else {
        .dns(host: address.host, port: address.port)
      }
    var config = HTTP2ClientTransport.Posix.Config.defaults
    // A connection whose other end has vanished says nothing for hours.
    config.connection.keepalive = .init(time: .seconds(20), timeout: .seconds(10), allowWithoutCalls: false)
    return try .http2NIOPosix(target: target, transportSecurity: security, config: config)
  }

  private func verify(
    _ certificates: [NIOSSLCertificate], name: String
  ) async throws
    -> NIOSSLVerificationResultWithMetadata
  {
    let chain = try certificates.map { try IssuedCertificate(der: $0.toDERBytes()) }
    guard let leaf = chain.first else { return .failed }
    let verification = ChainVerification(
      anchors: [anchor], intermediates: Array(chain.dropFirst()), usage: .server,
      name: packedAddress(name).map { .address($0) } ?? .dns(name), at: clock.realNanoseconds() / 1_000_000_000)
    switch await verification.verify(leaf) {
    case .accepted(let verified):
      let validated = try verified.map { try NIOSSLCertificate(bytes: $0.der, format: .der) }
      return .certificateVerified(VerificationMetadata(ValidatedCertificateChain(validated)))
    case .refused(let reasons):
      await licenseOperator.keyServerLost(.unreachable, "unverified: \(reasons.joined(separator: "; "))")
      return .failed
    }
  }
}

/// The 4 or 16 bytes of an IP address, in the network's order; `nil` where `text` is none.
private func packedAddress(_ text: String) -> [UInt8]? {
  for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
    var bytes = [UInt8](repeating: 0, count: count)
    if inet_pton(family, text, &bytes) == 1 { return bytes }
  }
  return nil
}

extension Duration {
  fileprivate var milliseconds: Int64 { wholeNanoseconds / 1_000_000 }
}

extension KeyServerSettings {
  /// Who the operator is to the key server: its own certificate for that, or the serving one.
  func identity(_ serving: ServerIdentity) throws(OperatorError) -> ServerIdentity {
    guard let certificate, let key else { return serving }
    return try ServerIdentity(certificate: certificate, key: key)
  }
}
