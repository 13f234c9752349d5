import LicenseProtocol

/// Who this node says it is, in one session.
struct SessionIdentity: Sendable {
  /// 16 random bytes made at the agent's start.
  var instance: [UInt8]
  /// For logs and people.
  var agentVersion: String
  /// How the key of this session is held, as far as the node knows.
  var assurance: Lowlayer_Agent_V1_Assurance
  /// The hardware fingerprint and what it is made of.
  var hardware: Lowlayer_Agent_V1_HardwareFacts
}
