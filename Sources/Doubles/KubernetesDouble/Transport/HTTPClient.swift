import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization
import X509

/// Requests. Server certificates are verified against `anchors`, names and addresses included.
struct HTTPClient: Sendable {
  enum Connections: Sendable {
    /// Each request opens one of its own, as kubelet's probes do.
    case onePerRequest
    case kept
  }

  /// Whom to trust; `nil` takes any certificate, as kubelet's probes do.
  var anchors: Anchors? { didSet { forget() } }
  /// Whom to be.
  var identity: Identity? { didSet { forget() } }
  var timeout: Duration
  private var kept: KeptConnections?
  private var madeContext = MadeContext()

  init(
    _ connections: Connections = .onePerRequest, anchors: Anchors? = nil, identity: Identity? = nil,
    timeout: Duration = .seconds(10)
  ) {
    self.anchors = anchors
    self.identity = identity
    self.timeout = timeout
    if case .kept = connections { kept = KeptConnections() }
  }

  /// Whom to trust or to be is another: what was made for the former is not used again.
  private mutating func forget() {
    madeContext = MadeContext()
    if kept != nil { kept = KeptConnections() }
  }

  func send(
    _ method: String, _ url: String, headers: [String: String] = [:], body: [UInt8] = []
  ) async throws(Refusal) -> HTTPResponse {
    if let kept {
      return try await kept.send(
        method, url, headers: headers, body: body, timeout: timeout, tls: tlsConfiguration)
    }
    guard let components = URLComponents(string: url), let host = components.host, let scheme = components.scheme else {
      throw Refusal("parse \"\(url)\": invalid URL")
    }
    let isTLS = scheme == "https"
    let port = components.port ?? (isTLS ? 443 : 80)
    var target = components.percentEncodedPath.isEmpty ? "/" : components.percentEncodedPath
    if let query = components.percentEncodedQuery { target += "?\(query)" }
    let context = isTLS ? try madeContext.context(tlsContext) : nil
    let name = IPText.isAddress(host) ? nil : host
    return try await exchange(method, target, host: "\(host):\(port)", headers, body, tls: (context, name)) {
      $0.connect(host: host, port: port)
    }
  }

  /// A request through a Unix socket.
  func send(_ method: String, _ path: String, socket: String) async throws(Refusal) -> HTTPResponse {
    try await exchange(method, path, host: "localhost", [:], [], tls: (nil, nil)) {
      $0.connect(unixDomainSocketPath: socket)
    }
  }

  private func tlsContext() throws(Refusal) -> NIOSSLContext {
    let configuration = try tlsConfiguration()
    do {
      return try NIOSSLContext(configuration: configuration)
    } catch {
      throw Refusal("tls: \(error)")
    }
  }

  private func tlsConfiguration() throws(Refusal) -> TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    do {
      if let anchors {
        configuration.trustRoots = .certificates(try anchors.certificates.map { try $0.forTLS })
      } else {
        configuration.certificateVerification = .none
        configuration.trustRoots = .certificates([])
      }
      if let identity {
        configuration.certificateChain = try identity.chain.map { .certificate(try $0.forTLS) }
        configuration.privateKey = .privateKey(
          try NIOSSLPrivateKey(bytes: Array(identity.privateKey.utf8), format: .pem))
      }
      return configuration
    } catch {
      throw Refusal("tls: \(error)")
    }
  }

  private func exchange(
    _ method: String, _ target: String, host: String, _ headers: [String: String], _ body: [UInt8],
    tls: (context: NIOSSLContext?, name: String?), connect: (ClientBootstrap) -> EventLoopFuture<any Channel>
  ) async throws(Refusal) -> HTTPResponse {
    var head = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: method), uri: target)
    head.headers.add(name: "Host", value: host)
    head.headers.add(name: "Connection", value: "close")
    head.headers.add(name: "User-Agent", value: "kubernetes-double")
    for (name, value) in headers { head.headers.add(name: name, value: value) }
    if !body.isEmpty || ["POST", "PUT", "PATCH"].contains(method) {
      head.headers.add(name: "Content-Length", value: "\(body.count)")
    }
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let answer = loop.makePromise(of: HTTPResponse.self)
    let limit = TimeAmount.nanoseconds(Int64(timeout / .nanoseconds(1)))
    let overdue = loop.scheduleTask(in: limit) { answer.fail(Refusal("context deadline exceeded")) }
    let request = head
    let bootstrap = ClientBootstrap(group: loop).connectTimeout(limit).channelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        if let context = tls.context {
          try channel.pipeline.syncOperations.addHandler(
            NIOSSLClientHandler(context: context, serverHostname: tls.name))
        }
        try channel.pipeline.syncOperations.addHTTPClientHandlers()
        try channel.pipeline.syncOperations.addHandler(HTTPAnswer(request: request, body: body, answer: answer))
      }
    }
    let connection = connect(bootstrap)
    connection.whenFailure { answer.fail($0) }
    defer {
      overdue.cancel()
      connection.whenSuccess { $0.close(promise: nil) }
    }
    do {
      return try await answer.futureResult.get()
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw Refusal("dial tcp \(host): \(error)")
    }
  }
}

/// A client's TLS context, made at its first request: reading keys and certificates costs more than the request.
private final class MadeContext: Sendable {
  private let made = Mutex<NIOSSLContext?>(nil)

  func context(_ make: () throws(Refusal) -> NIOSSLContext) throws(Refusal) -> NIOSSLContext {
    if let context = made.withLock({ $0 }) { return context }
    let context = try make()
    made.withLock { $0 = context }
    return context
  }
}

/// Sends the request once the connection is up, TLS included, and gathers the answer.
private final class HTTPAnswer: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  private let request: HTTPRequestHead
  private let requestBody: [UInt8]
  private let answer: EventLoopPromise<HTTPResponse>
  private var response = HTTPResponse(status: 0, contentType: "", body: [])

  init(request: HTTPRequestHead, body: [UInt8], answer: EventLoopPromise<HTTPResponse>) {
    self.request = request
    requestBody = body
    self.answer = answer
  }

  func channelActive(context: ChannelHandlerContext) {
    context.write(wrapOutboundOut(.head(request)), promise: nil)
    if !requestBody.isEmpty {
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: requestBody)))), promise: nil)
    }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      response.status = Int(head.status.code)
      response.contentType = head.headers.first(name: "content-type") ?? ""
    case .body(let buffer): response.body += buffer.readableBytesView
    case .end: answer.succeed(response)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    answer.fail(error)
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    answer.fail(Refusal("EOF"))
  }
}
