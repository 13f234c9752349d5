import Dispatch
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import LicenseProtocol
import SwiftProtobuf
import Synchronization
import TestSupport

/// Somebody between one node and its operator, who has all that either of them shows the other, keys included, and not
/// the key that grants are signed with. What the two say is passed on as it is, but for the operator's grants: they are
/// withheld, and the node is handed what a test has in their place.
///
/// Welcome, which names the grant key, is passed on too: whoever writes one with the operator's certificate is the
/// operator.
final class LicenseForger: Sendable {
  typealias Grant = Lowlayer_Agent_V1_LicenseGrant

  /// Where the node is to connect to.
  let port: Int
  private let conversation: Conversation
  private let server: GRPCServer<HTTP2ServerTransport.Posix>
  private let served: DispatchSemaphore
  private let task: Task<Void, any Error>

  /// Listens, between `node`, which has enrolled and not been licensed yet, and the operator at `operatorPort`.
  /// - Parameter certificate: what it shows the node.
  init(
    at port: Int, between node: LicenseNode, andOperatorAt operatorPort: Int, _ network: LicenseNetwork,
    showing certificate: String = "ll-operator"
  ) throws {
    func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }
    guard let key = node.files.first(where: { $0.hasPrefix("key-") }) else {
      throw LicenseUnmet(description: "\(node.nodeName) has no key")
    }
    let (conversation, served) = (Conversation(), DispatchSemaphore(value: 0))
    let service = Service(
      conversation: conversation, operatorPort: operatorPort, anchor: try bytes(network.path("platform.pem")),
      chain: try bytes("\(node.state)/next.pem"), key: try bytes("\(node.state)/\(key)"))
    var config = HTTP2ServerTransport.Posix.Config.defaults
    // The agent pings as often as the protocol says.
    config.connection.keepalive = .init(
      time: .seconds(20), timeout: .seconds(10),
      clientBehavior: .init(minPingIntervalWithoutCalls: .seconds(10), allowWithoutCalls: true))
    let server: GRPCServer<HTTP2ServerTransport.Posix> = GRPCServer(
      transport: .http2NIOPosix(
        address: .ipv4(host: "127.0.0.1", port: port),
        transportSecurity: .tls(
          certificateChain: [.bytes(try bytes(network.path("\(certificate).pem")), format: .pem)],
          privateKey: .bytes(try bytes(network.path("\(certificate).key")), format: .pem)),
        config: config), services: [service])
    (self.port, self.conversation, self.server, self.served) = (port, conversation, server, served)
    // A test has no structure above its server; `end()` ends it. Away from the threads that other tests keep waiting.
    task = Task {
      defer { served.signal() }
      try await withTaskExecutorPreference(OwnQueue()) { try await server.serve() }
    }
    try LicenseUnmet.within(20, "the forger listens") { !FreePort.isFree(port) }
  }

  deinit { end() }

  /// What the operator granted the node in the sessions through here, in that order: all of it withheld.
  var grants: [Grant] { conversation.grants }

  /// Says to the node, in the session that there is, that the operator grants it this.
  func handOut(_ grant: Grant) { conversation.say(.with { $0.licenseGrant = grant }) }

  /// From the next session on the node is handed this before anything else, and the operator is not asked.
  func greet(with grant: Grant) { conversation.greet(with: grant) }

  /// Ends the session that there is.
  func hangUp() { conversation.hangUp() }

  /// Ends it all.
  func end() {
    hangUp()
    server.beginGracefulShutdown()
    task.cancel()
    // Whoever comes here again finds it done.
    if served.wait(timeout: .now() + 10) == .success { served.signal() }
  }
}

extension LicenseForger {
  /// Where no other test holds the work up.
  private final class OwnQueue: TaskExecutor {
    private let queue = DispatchQueue(label: "forger")

    func enqueue(_ job: consuming ExecutorJob) {
      let job = UnownedJob(job)
      queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
  }

  /// What was heard, and the way to the node.
  private final class Conversation: Sendable {
    private struct State {
      var outgoing: AsyncStream<Lowlayer_Agent_V1_OperatorMessage>.Continuation?
      var heard: [Grant] = []
      var first: Grant?
    }

    private let state = Mutex(State())

    var grants: [Grant] { state.withLock { $0.heard } }
    var greeting: Grant? { state.withLock { $0.first } }

    func greet(with grant: Grant) { state.withLock { $0.first = grant } }

    func hear(_ grant: Grant) { state.withLock { $0.heard.append(grant) } }

    func begin(_ outgoing: AsyncStream<Lowlayer_Agent_V1_OperatorMessage>.Continuation) {
      state.withLock { $0.outgoing = outgoing }
    }

    func say(_ message: Lowlayer_Agent_V1_OperatorMessage) { _ = state.withLock { $0.outgoing }?.yield(message) }

    func hangUp() { state.withLock { $0.outgoing }?.finish() }
  }

  private struct Service: Lowlayer_Agent_V1_OperatorService.SimpleServiceProtocol {
    let conversation: Conversation
    let operatorPort: Int
    /// PEM: whom the operator's certificate is from, and the node's certificate with its key.
    let anchor: [UInt8]
    let chain: [UInt8]
    let key: [UInt8]

    func session(
      request: RPCAsyncSequence<Lowlayer_Agent_V1_NodeMessage, any Error>,
      response: RPCWriter<Lowlayer_Agent_V1_OperatorMessage>, context: ServerContext
    ) async throws {
      let (outgoing, continuation) = AsyncStream.makeStream(of: Lowlayer_Agent_V1_OperatorMessage.self)
      conversation.begin(continuation)
      if let grant = conversation.greeting {
        try await response.write(.with { $0.licenseGrant = grant })
        for try await _ in request {}
        return
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          defer { continuation.finish() }
          try await relay(request, to: continuation)
        }
        for await message in outgoing { try await response.write(message) }
        group.cancelAll()
      }
    }

    /// A session with the operator in the node's name.
    private func relay(
      _ request: RPCAsyncSequence<Lowlayer_Agent_V1_NodeMessage, any Error>,
      to outgoing: AsyncStream<Lowlayer_Agent_V1_OperatorMessage>.Continuation
    ) async throws {
      let transport = try HTTP2ClientTransport.Posix.http2NIOPosix(
        target: .ipv4(address: "127.0.0.1", port: operatorPort),
        transportSecurity: .mTLS(
          certificateChain: [.bytes(chain, format: .pem)], privateKey: .bytes(key, format: .pem)
        ) { [anchor] in
          $0.trustRoots = .certificates([.bytes(anchor, format: .pem)])
          $0.serverCertificateVerification = .noHostnameVerification
        })
      try await withGRPCClient(transport: transport) { [conversation] client in
        try await Lowlayer_Agent_V1_OperatorService.Client(wrapping: client).session(
          requestProducer: { writer in
            for try await message in request { try await writer.write(message) }
          },
          onResponse: { response in
            for try await message in response.messages {
              if case .licenseGrant(let grant)? = message.message {
                conversation.hear(grant)
              } else {
                outgoing.yield(message)
              }
            }
          })
      }
    }
  }
}
