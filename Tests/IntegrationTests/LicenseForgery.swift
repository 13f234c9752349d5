import Crypto
import Foundation
import LicenseProtocol
import SwiftProtobuf

/// A grant that a node must not believe.
struct LicenseForgery: Sendable {
  typealias Grant = Lowlayer_Agent_V1_LicenseGrant

  /// What was done to it.
  var what: String
  /// What the node says of it, as words that follow "the operator's grant".
  var words: String
  /// The grant as it is handed out.
  var grant: Grant

  private static let hour: Int64 = 3_600_000_000_000
  private static let unsigned = "is not signed by the operator's grant key"

  /// Forgeries of what an operator granted to a node; no two that follow each other are refused in the same words. But
  /// for what each of them says, they would be better than it: a higher epoch, and a year more.
  /// - Parameters:
  ///   - other: what the operator granted to the node with the name `otherName`.
  ///   - key: the operator's own, for what a signature alone does not make right.
  static func all(
    of genuine: Grant, besides other: Grant, of otherName: String, operatorsKey key: P256.Signing.PrivateKey
  ) throws -> [LicenseForgery] {
    var better = try Lowlayer_Agent_V1_Grant(serializedBytes: genuine.signed)
    better.epoch += 1
    better.notAfterNs += 365 * 24 * hour
    var foreign = better
    foreign.keyDigest = Data(repeating: 8, count: 32)
    var late = better
    late.issuedAtNs -= 2 * hour
    late.notAfterNs = late.issuedAtNs + hour
    var first = better
    first.epoch = 0
    var altered = genuine
    altered.signed = try better.serializedData()
    // The last byte's last bit: DER that can be read, and another number in it.
    var signature = Array(genuine.signature)
    signature[signature.count - 1] ^= 1
    var spoilt = genuine
    spoilt.signature = Data(signature)
    var bare = altered
    bare.signature = Data()
    return [
      .init(what: "signed by another key", words: unsigned, grant: try GrantSignature.sign(better, with: .init())),
      .init(what: "another node's", words: "is for node \(otherName)", grant: other),
      .init(what: "altered after it was signed", words: unsigned, grant: altered),
      .init(
        what: "for another key of a node with this name", words: "is bound to a key that this node does not hold",
        grant: try GrantSignature.sign(foreign, with: key)),
      .init(what: "with another signature", words: unsigned, grant: spoilt),
      .init(
        what: "of two hours ago, for one", words: "had run out when it came",
        grant: try GrantSignature.sign(late, with: key)),
      .init(what: "without a signature", words: unsigned, grant: bare),
      .init(what: "of no epoch", words: "is malformed", grant: try GrantSignature.sign(first, with: key)),
    ]
  }

  /// Forgeries for a node that holds `held`: what the operator granted in an earlier session, and another grant of the
  /// same epoch.
  static func replays(
    of earlier: Grant, after held: Grant, operatorsKey key: P256.Signing.PrivateKey
  ) throws -> [LicenseForgery] {
    let before = try Lowlayer_Agent_V1_Grant(serializedBytes: earlier.signed).epoch
    var longer = try Lowlayer_Agent_V1_Grant(serializedBytes: held.signed)
    longer.notAfterNs += 365 * 24 * hour
    return [
      .init(
        what: "made for an earlier session",
        words: "has epoch \(before), and epoch \(longer.epoch) was believed before", grant: earlier),
      .init(
        what: "of the same epoch, with a later end", words: "repeats epoch \(longer.epoch) with other content",
        grant: try GrantSignature.sign(longer, with: key)),
    ]
  }
}

extension LicenseNode {
  /// The grant that it keeps, as it was sent.
  func grant() throws -> Lowlayer_Agent_V1_LicenseGrant {
    let kept = keptGrant
    guard let signed = Data(base64Encoded: kept["Signed"] ?? "-"),
      let signature = Data(base64Encoded: kept["Signature"] ?? "-")
    else { throw LicenseUnmet(description: "\(nodeName) keeps no grant") }
    return .with {
      $0.signed = signed
      $0.signature = signature
    }
  }
}

extension LicenseOperatorProgram {
  /// The key that it signs grants with, out of its file.
  func readGrantKey() throws -> P256.Signing.PrivateKey {
    try P256.Signing.PrivateKey(pemRepresentation: String(contentsOfFile: grantKey, encoding: .utf8))
  }
}
