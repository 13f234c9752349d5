import GRPCCore
import GRPCInProcessTransport
import LicenseProtocol
import NodeIdentity
import Synchronization
import Testing

@testable import NodeAgent

/// An operator that receives each certificate as a test says, and notes what it is shown.
final class ChoosyOperator: Sendable {
  /// What is done with a message; the session is over where that gives back `false`.
  typealias Answer = @Sendable (NodeMessage, RPCWriter<OperatorMessage>) async throws -> Bool

  /// How it receives a certificate.
  enum Reception: Sendable {
    /// Nobody is there.
    case away
    /// The handshake fails for it.
    case handshakeFails
    /// There is a session.
    case session(Answer)
  }

  private let receive: @Sendable (NodeCertificate) -> Reception
  private let notes = Mutex((shown: [NodeCertificate](), alive: [NodeCertificate]()))

  init(_ receive: @escaping @Sendable (NodeCertificate) -> Reception) { self.receive = receive }

  /// What was shown, dial by dial.
  var shown: [NodeCertificate] { notes.withLock { $0.shown } }

  /// What was shown in the session of each heartbeat, which a node sends once it was welcomed.
  var alive: [NodeCertificate] { notes.withLock { $0.alive } }

  /// The way to it.
  func connector() -> OperatorConnector {
    OperatorConnector { credentials, body in
      let shown = try #require(credentials.shown)
      self.notes.withLock { $0.shown.append(shown) }
      switch self.receive(shown) {
      case .away: throw RPCError(code: .unavailable, message: "nobody is there")
      case .handshakeFails: try await body(FailedHandshake(), { OperatorConnector.Peer(certificate: [1]) })
      case .session(let answer): try await self.serve(shown, answer, body)
      }
    }
  }

  private func serve(
    _ shown: NodeCertificate, _ answer: @escaping Answer, _ body: @escaping OperatorConnector.Body
  ) async throws {
    let service = AnsweringService { message, writer in
      if case .heartbeat = message.message { self.notes.withLock { $0.alive.append(shown) } }
      return try await answer(message, writer)
    }
    let transport = InProcessTransport()
    let server = GRPCServer(transport: transport.server, services: [service])
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.serve() }
      defer { server.beginGracefulShutdown() }
      try await OperatorConnector.use(transport.client, body) { OperatorConnector.Peer(certificate: [1]) }
    }
  }
}

private struct AnsweringService: Lowlayer_Agent_V1_OperatorService.SimpleServiceProtocol {
  let answer: ChoosyOperator.Answer

  func session(
    request: RPCAsyncSequence<NodeMessage, any Error>, response: RPCWriter<OperatorMessage>, context: ServerContext
  ) async throws {
    for try await message in request where try await !answer(message, response) { return }
  }
}

/// What gRPC makes of a handshake that fails after the server showed its certificate.
private struct FailedHandshake: Lowlayer_Agent_V1_OperatorService.ClientProtocol {
  func session<Result>(
    request: StreamingClientRequest<NodeMessage>, serializer: some MessageSerializer<NodeMessage>,
    deserializer: some MessageDeserializer<OperatorMessage>, options: CallOptions,
    onResponse handleResponse: @Sendable @escaping (StreamingClientResponse<OperatorMessage>) async throws -> Result
  ) async throws -> Result where Result: Sendable {
    throw RPCError(code: .unavailable, message: "channel isn't ready")
  }
}
