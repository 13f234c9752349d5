import LicenseProtocol
import SwiftProtobuf

/// What is to be sent in a session, in order. Whoever puts something in never waits for a slow peer: one that lets
/// more pile up than any session has under way is cut off.
struct Outbox: Sendable {
  typealias Message = Lowlayer_Agent_V1_OperatorMessage

  private static let capacity = 64
  let messages: AsyncStream<Message>
  private let continuation: AsyncStream<Message>.Continuation

  init() {
    (messages, continuation) = AsyncStream.makeStream(
      of: Message.self, bufferingPolicy: .bufferingOldest(Self.capacity))
  }

  /// Puts a message in. Closes the session where it does not fit.
  func send(_ message: Message.OneOf_Message) {
    if case .dropped = continuation.yield(.with { $0.message = message }) { continuation.finish() }
  }

  /// Ends the session once everything in it is sent.
  func close() { continuation.finish() }
}
