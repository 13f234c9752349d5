import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOTLS
import SwiftASN1
import X509

/// One request over a connection of its own.
struct HTTPSClient: Sendable {
  struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
    var description: String
  }

  private let context: NIOSSLContext
  private let serverName: String?

  /// - Parameter serverName: the name that the server's certificate must be for; the host of the URL where `nil`.
  init(tls: TLSConfiguration, serverName: String? = nil) throws {
    context = try NIOSSLContext(configuration: tls)
    self.serverName = serverName
  }

  func send(_ call: HTTPCall, to url: String, timeout: Double = 10) async throws -> HTTPReply {
    guard let target = HostPort(url: url) else { throw Fault(description: "unsupported address \(url)") }
    let context = context
    let isAddress = AddressBytes.parse(target.host) != nil
    let name = serverName ?? (isAddress ? nil : target.host)
    var head = HTTPRequestHead(version: .http1_1, method: .init(rawValue: call.method), uri: call.target)
    for (name, value) in call.headers { head.headers.add(name: name, value: value) }
    head.headers.add(name: "host", value: name ?? target.host)
    head.headers.add(name: "connection", value: "close")
    head.headers.add(name: "content-length", value: "\(call.body.count)")
    let exchange = Exchange(head, call.body, requiredName: serverName)
    do {
      let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connectTimeout(.milliseconds(Int64(min(timeout, 5) * 1000)))
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            let tls = try NIOSSLClientHandler(context: context, serverHostname: name)
            try channel.pipeline.syncOperations.addHandler(tls)
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            try channel.pipeline.syncOperations.addHandler(exchange)
          }
        }.connect(host: target.host, port: target.port).get()
      let limit = channel.eventLoop.scheduleTask(in: .milliseconds(Int64(timeout * 1000))) {
        exchange.fail(Fault(description: "\(call.method) \(url): timed out"))
        channel.close(promise: nil)
      }
      defer { limit.cancel() }
      return try await withTaskCancellationHandler {
        defer { channel.close(promise: nil) }
        return try await exchange.reply()
      } onCancel: {
        exchange.fail(CancellationError())
        channel.close(promise: nil)
      }
    } catch let fault as Fault {
      throw fault
    } catch let error as CancellationError {
      throw error
    } catch {
      throw Fault(description: "\(call.method) \(url)\(call.target): \(error)")
    }
  }
}

private final class Exchange: ChannelInboundHandler, Sendable {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  private let head: HTTPRequestHead
  private let body: [UInt8]
  private let requiredName: String?

  init(_ head: HTTPRequestHead, _ body: [UInt8], requiredName: String?) {
    self.head = head
    self.body = body
    self.requiredName = requiredName
  }

  // NIOSSL also takes a certificate for the address that was dialled, whatever name was asked for; Go does not. So the name
  // is compared here too, before anything is sent.
  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case .handshakeCompleted? = event as? TLSUserEvent else {
      return context.fireUserInboundEventTriggered(event)
    }
    if let requiredName {
      let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
      guard let certificate, let parsed = try? Certificate(derEncoded: certificate.toDERBytes()),
        Self.isFor(requiredName, parsed)
      else {
        fail(
          HTTPSClient.Fault(
            description: "tls: failed to verify certificate: x509: certificate is not valid for \(requiredName)"))
        return context.close(promise: nil)
      }
    }
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  private static func isFor(_ name: String, _ certificate: Certificate) -> Bool {
    guard let names = try? certificate.extensions.subjectAlternativeNames else { return false }
    return names.contains {
      if case .dnsName(let given) = $0 { given.lowercased() == name.lowercased() } else { false }
    }
  }

  private struct State {
    var reply = HTTPReply(0)
    var result: Result<HTTPReply, any Error>?
    var waiter: CheckedContinuation<HTTPReply, any Error>?
  }
  private let state = NIOLockedValueBox(State())

  func reply() async throws -> HTTPReply {
    try await withCheckedThrowingContinuation { continuation in
      let result = state.withLockedValue { state in
        if state.result == nil { state.waiter = continuation }
        return state.result
      }
      if let result { continuation.resume(with: result) }
    }
  }

  func fail(_ error: any Error) { finish(.failure(error)) }

  private func finish(_ result: Result<HTTPReply, any Error>) {
    let waiter = state.withLockedValue { state -> CheckedContinuation<HTTPReply, any Error>? in
      guard state.result == nil else { return nil }
      state.result = result
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(with: result)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      state.withLockedValue { state in
        state.reply.status = Int(head.status.code)
        for (name, value) in head.headers { state.reply.headers[name.lowercased()] = value }
      }
    case .body(let buffer): state.withLockedValue { $0.reply.body += buffer.readableBytesView }
    case .end: finish(.success(state.withLockedValue { $0.reply }))
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    fail(HTTPSClient.Fault(description: "the connection was closed before the answer"))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    fail(error)
    context.close(promise: nil)
  }
}
