import Foundation

/// Sessions of a node and its operator, as `make-traces` in `Tests/LicenseProtocolTests/Fixtures` recorded them. Members have
/// the names that they have in the file: docs/license-protocol.md, *Vectors*.
public struct RecordedTrace: Decodable, Sendable {
  /// What is not in a trace, and should be.
  public struct Missing: Error {
    /// It.
    public var what: String
  }

  /// Settings that hold after a configuration was taken, or was not.
  public struct Settings: Decodable, Sendable {
    /// The time between two readings, in seconds.
    public var interval_s: Int
    /// Units whose state is read.
    public var units: [String]
  }

  /// A message, or an event.
  public struct Step: Decodable, Sendable {
    /// The node's boot clock.
    public var at_ms: UInt64
    /// `node`, `operator` or `event`.
    public var from: String
    /// What happened, and why.
    public var event, why: String?
    /// The message's type, text format and bytes.
    public var message, text, wire: String?
    /// How the license stands after it.
    public var standing: String?
    /// What a ChallengeReply is made of.
    public var qualifying_data, binding, label, secret: String?
    /// What a LicenseGrant holds, in text format.
    public var grant: String?
    /// What the node shows from now on.
    public var client_certificate: String?
    /// The boot that begins.
    public var boot_id: String?
    /// The operator's clock when it has begun.
    public var server_time_ns: Int64?
    /// What the license asks for, and the key digests that are the node's from now on.
    public var actions, keys: [String]?
    /// A signature that must not verify; a message that nobody acted on.
    public var forged, lost: Bool?
    /// What the operator wants applied, by name.
    public var bodies: [String: String]?
    /// What holds after a ConfigAck.
    public var settings: Settings?
  }

  /// The node, its first boot, and the name that the operator's certificate has.
  public var node_name, boot_id, server_name: String
  /// DER in hexadecimal digits.
  public var client_anchor, server_anchor, server_certificate, client_certificate: String
  /// The operator's clock at the first step.
  public var server_time_ns: Int64
  /// In PEM, by whose they are.
  public var private_keys: [String: String]
  /// All of it, in order.
  public var steps: [Step]

  /// The trace of that name.
  public init(_ name: String) throws {
    let file = SharedFolder.checkout.appendingPathComponent(
      "Tests/LicenseProtocolTests/Fixtures/traces/\(name).json")
    self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
  }

  /// The bytes of hexadecimal digits in a trace.
  public static func bytes(_ text: String?) throws -> [UInt8] {
    let digits = Array((text ?? "").utf8)
    guard text != nil, digits.count % 2 == 0 else { throw Missing(what: text ?? "digits") }
    return try stride(from: 0, to: digits.count, by: 2).map { index in
      let pair = String(decoding: digits[index..<(index + 2)], as: UTF8.self)
      guard let byte = UInt8(pair, radix: 16) else { throw Missing(what: pair) }
      return byte
    }
  }
}
