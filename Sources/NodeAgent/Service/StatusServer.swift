import Diagnostics
import FoundationEssentials
import Glibc
public import NIOCore
import NIOPosix

/// The status socket: root asks in a line of JSON, `{"request":"status"}`, and gets a line of JSON back,
/// `{"answer":…}` or `{"error":"…"}`; as often as it likes on one connection.
///
/// The kernel says who asks (unix(7), `SO_PEERCRED`), whatever the file's mode has become.
public final class StatusServer: Sendable {
  private let channel: any Channel
  private let path: String

  /// Connections at a time.
  static let mostConnections = 16
  /// How long a connection may take for its next question, in seconds.
  static let patience: Int64 = 30

  private init(_ channel: any Channel, _ path: String) {
    self.channel = channel
    self.path = path
  }

  /// Listens at `path`, with a socket that only its owner may open. What an agent left there that runs no more is
  /// replaced; one that runs is not.
  public static func listen(
    at path: String, on group: any EventLoopGroup, answering answers: ServiceAnswers
  ) async throws(ServiceError) -> StatusServer {
    guard StatusClient.fits(path) else { throw .path(path) }
    if StatusClient.isAnswered(path) { throw .isTaken(path) }
    let connections = ConnectionCount(limit: mostConnections)
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 16)
      .childChannelInitializer { channel in
        guard connections.admit(channel) else { return channel.close() }
        return peer(of: channel).flatMap { user in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(StatusHandler(answers, isRoot: user == 0))
          }
        }
      }
    let channel: any Channel
    do {
      channel = try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
    } catch {
      throw ServiceError.listen(path, "\(error)")
    }
    // The kernel's word on the peer is what keeps others out; the mode spares them the try.
    if chmod(path, 0o600) != 0 {
      let why = String(cString: strerror(errno))
      try? await channel.close()
      throw ServiceError.listen(path, why)
    }
    return StatusServer(channel, path)
  }

  /// Listens no more, and takes the socket away.
  public func close() async {
    // It is closed already where this fails.
    try? await channel.close()
    _ = unlink(path)
  }

  /// Who is at the other end. Source: unix(7), `struct ucred`: process, user, group, four bytes each.
  private static func peer(of channel: any Channel) -> EventLoopFuture<UInt32> {
    guard let socket = channel as? any SocketOptionProvider else {
      return channel.eventLoop.makeFailedFuture(ServiceError.denied("no socket"))
    }
    let credentials: EventLoopFuture<PeerCredentials> = socket.unsafeGetSocketOption(
      level: NIOBSDSocket.OptionLevel(rawValue: SOL_SOCKET), name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
    return credentials.map(\.user)
  }

  // As the kernel lays it out: a trivial type, read byte by byte.
  private struct PeerCredentials: Sendable {
    var process: Int32
    var user: UInt32
    var group: UInt32
  }
}

/// Answers a connection's lines one after the other.
final class StatusHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let answers: ServiceAnswers
  private let isRoot: Bool
  private var buffer = ByteBuffer()
  private var isAnswering = false
  private var deadline: Scheduled<Void>?

  /// The longest question, in bytes.
  private static let longest = 4096

  private struct Question: Decodable {
    var request: String
  }

  init(_ answers: ServiceAnswers, isRoot: Bool) {
    self.answers = answers
    self.isRoot = isRoot
  }

  func channelActive(context: ChannelHandlerContext) {
    wait(context)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    // Not before it has asked: who writes to a socket that is closed already hears of that, and not why.
    guard isRoot else { return refuse("only root may ask", context) }
    var bytes = unwrapInboundIn(data)
    buffer.writeBuffer(&bytes)
    next(context)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func wait(_ context: ChannelHandlerContext) {
    let channel = context.channel
    deadline?.cancel()
    deadline = context.eventLoop.scheduleTask(in: .seconds(isRoot ? StatusServer.patience : 1)) {
      channel.close(promise: nil)
    }
  }

  private func next(_ context: ChannelHandlerContext) {
    guard !isAnswering else {
      if buffer.readableBytes > Self.longest { refuse("too many questions at once", context) }
      return
    }
    guard let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else {
      if buffer.readableBytes > Self.longest { refuse("longer than \(Self.longest) bytes", context) }
      return
    }
    guard let line = buffer.readBytes(length: end - buffer.readerIndex + 1) else { return }
    buffer.discardReadBytes()
    guard let question = Self.question(line) else {
      let known = StatusQuestion.allCases.map(\.rawValue).joined(separator: ", ")
      return refuse("no question: {\"request\":…} with one of \(known)", context)
    }
    isAnswering = true
    deadline?.cancel()
    let answers = answers
    let promise = context.eventLoop.makePromise(of: JSONText.self)
    promise.completeWithTask { await answers.status(question) }
    promise.futureResult.assumeIsolated().whenSuccess { answer in
      guard context.channel.isActive else { return }
      self.isAnswering = false
      self.write(.object([.init("answer", answer)]), context, promise: nil)
      self.wait(context)
      self.next(context)
    }
  }

  private static func question(_ line: [UInt8]) -> StatusQuestion? {
    do {
      return StatusQuestion(rawValue: try JSONDecoder().decode(Question.self, from: Data(line)).request)
    } catch {
      return nil
    }
  }

  private func refuse(_ words: String, _ context: ChannelHandlerContext) {
    let channel = context.channel
    let written = context.eventLoop.makePromise(of: Void.self)
    written.futureResult.whenComplete { _ in channel.close(promise: nil) }
    write(.object([.init("error", .string(words))]), context, promise: written)
  }

  private func write(_ value: JSONText, _ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: value.compact + [UInt8(ascii: "\n")])), promise: promise)
  }
}
