import Crypto
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import LicenseProtocol
import SwiftProtobuf
import Synchronization

typealias Up = Lowlayer_Agent_V1_NodeMessage.OneOf_Message
typealias Down = Lowlayer_Agent_V1_OperatorMessage.OneOf_Message

/// A node that says what a test tells it to, over real mutual TLS, and nothing by itself.
final class ScriptedNode: Sendable {
  /// What did not come.
  enum Failure: Error {
    /// Nothing came in time.
    case silence(String)
    /// Something else came.
    case unexpected(String)
    /// The session ended instead.
    case ended(String)
  }

  private struct Received {
    var messages: [Down] = []
    var end: String?
  }

  private let outgoing: AsyncStream<Lowlayer_Agent_V1_NodeMessage>.Continuation
  private let received: Inbox
  private let settled: @Sendable () async -> Void
  private let task: Task<Void, Never>

  private final class Inbox: Sendable {
    let state = Mutex(Received())
  }

  /// Connects and opens a session; nothing is said yet.
  /// - Parameter settled: returns once the operator has done whatever goes with what it has just said.
  init(
    to port: Int, as identity: TestAuthority.Issued, trusting authority: TestAuthority,
    settled: @escaping @Sendable () async -> Void
  ) throws {
    self.settled = settled
    let (stream, continuation) = AsyncStream.makeStream(of: Lowlayer_Agent_V1_NodeMessage.self)
    outgoing = continuation
    let received = Inbox()
    self.received = received
    let transport = try Self.transport(to: port, as: identity, trusting: authority)
    // A test has no structure above its node; `close()` ends it, and so does the operator.
    task = Task {
      do {
        try await withGRPCClient(transport: transport) { client in
          var options = CallOptions.defaults
          options.waitForReady = false
          try await Lowlayer_Agent_V1_OperatorService.Client(wrapping: client).session(options: options) { writer in
            for await message in stream { try await writer.write(message) }
          } onResponse: { response in
            for try await message in response.messages {
              guard let message = message.message else { continue }
              received.state.withLock { $0.messages.append(message) }
            }
          }
        }
        received.state.withLock { $0.end = "ended" }
      } catch {
        received.state.withLock { $0.end = "\(error)" }
      }
    }
  }

  /// A connection, for as many sessions as there are to be on it.
  static func transport(
    to port: Int, as identity: TestAuthority.Issued, trusting authority: TestAuthority
  ) throws -> HTTP2ClientTransport.Posix {
    try .http2NIOPosix(
      target: .ipv4(address: "127.0.0.1", port: port),
      transportSecurity: .mTLS(
        certificateChain: [.bytes(Array(try identity.certificatePEM.utf8), format: .pem)],
        privateKey: .bytes(Array(identity.keyPEM.utf8), format: .pem)
      ) { [pem = try authority.pem] in
        $0.trustRoots = .certificates([.bytes(Array(pem.utf8), format: .pem)])
        $0.serverCertificateVerification = .noHostnameVerification
      })
  }

  /// Says something.
  func send(_ message: Up) { outgoing.yield(.with { $0.message = message }) }

  /// Says what no operator of this version knows.
  func sendUnknown() { outgoing.yield(.init()) }

  /// The next thing that the operator says; what goes with it, its event above all, has happened when this returns.
  func next(_ what: String = "a message", within limit: Duration = .seconds(60)) async throws -> Down {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
      let (message, end) = received.state.withLock { state in
        (state.messages.isEmpty ? nil : state.messages.removeFirst(), state.end)
      }
      if let message {
        await settled()
        return message
      }
      if let end { throw Failure.ended(end) }
      try await Task.sleep(for: .milliseconds(5))
    }
    throw Failure.silence(what)
  }

  /// Whether nothing more comes for a moment.
  func isSilent(for moment: Duration = .milliseconds(300)) async throws -> Bool {
    try await Task.sleep(for: moment)
    return received.state.withLock { $0.messages.isEmpty }
  }

  /// Waits for the end of the session, and says how it ended.
  func end(within limit: Duration = .seconds(60)) async throws -> String {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
      if let end = received.state.withLock({ $0.end }) { return end }
      try await Task.sleep(for: .milliseconds(5))
    }
    throw Failure.silence("the end of the session")
  }

  /// Ends the session in order.
  func close() async {
    outgoing.finish()
    task.cancel()
    await task.value
  }
}

extension ScriptedNode {
  func welcome() async throws -> Lowlayer_Agent_V1_Welcome {
    let message = try await next("Welcome")
    guard case .welcome(let welcome) = message else { throw Failure.unexpected("\(message)") }
    return welcome
  }

  func challenge() async throws -> Lowlayer_Agent_V1_Challenge {
    let message = try await next("Challenge")
    guard case .challenge(let challenge) = message else { throw Failure.unexpected("\(message)") }
    return challenge
  }

  func grant() async throws -> Lowlayer_Agent_V1_LicenseGrant {
    let message = try await next("LicenseGrant")
    guard case .licenseGrant(let grant) = message else { throw Failure.unexpected("\(message)") }
    return grant
  }

  func leaseAck() async throws -> Lowlayer_Agent_V1_LeaseAck {
    let message = try await next("LeaseAck")
    guard case .leaseAck(let ack) = message else { throw Failure.unexpected("\(message)") }
    return ack
  }

  func attestationRequest() async throws -> Lowlayer_Agent_V1_AttestationRequest {
    let message = try await next("AttestationRequest")
    guard case .attestationRequest(let request) = message else { throw Failure.unexpected("\(message)") }
    return request
  }

  func fenced() async throws -> Lowlayer_Agent_V1_Fenced {
    let message = try await next("Fenced")
    guard case .fenced(let fenced) = message else { throw Failure.unexpected("\(message)") }
    return fenced
  }

  func refusal() async throws -> Lowlayer_Agent_V1_Refusal {
    let message = try await next("Refusal")
    guard case .refusal(let refusal) = message else { throw Failure.unexpected("\(message)") }
    return refusal
  }
}
