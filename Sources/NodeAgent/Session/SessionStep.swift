import LicenseProtocol

/// What the rules of a session ask of whoever runs it, in this order.
enum SessionStep: Sendable, Equatable {
  /// Send this.
  case send(NodeMessage.OneOf_Message)
  /// Offer the operator the keys of this session.
  case offer
  /// Answer this challenge; the session has that id.
  case answer(Lowlayer_Agent_V1_Challenge, sessionID: [UInt8])
  /// Other settings were pushed.
  case settings(OperatedSettings)
  /// Say this: something that a person should know and that the license does not show.
  case note(String)
  /// The session is over.
  case end(SessionEnd)
}
