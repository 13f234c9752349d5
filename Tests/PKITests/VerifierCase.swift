import Foundation
import PKI
import Testing

/// Somebody else's verifier.
protocol ForeignVerifier {
  var name: String { get }
  /// Why it refuses; `nil` where it accepts.
  func refusal(_ test: VerifierCase) throws -> String?
}

/// A chain and what every verifier has to say to it.
struct VerifierCase: Sendable, CustomTestStringConvertible {
  var what: String
  var anchors: [IssuedCertificate]
  var intermediates: [IssuedCertificate]
  var leaf: IssuedCertificate
  var usage = ChainVerification.Usage.client
  var name: ChainVerification.ServerName?
  var lists: [RevocationList] = []
  var at = TestHierarchy.now
  /// Words of our refusal; `nil` where the chain is good.
  var refused: String?
  /// Who by design decides otherwise.
  var otherwise: [String] = []

  var testDescription: String { what }

  var verification: ChainVerification {
    ChainVerification(
      anchors: anchors, intermediates: intermediates, usage: usage, name: name, revocationLists: lists, at: at)
  }
}

extension [IssuedCertificate] {
  var pemText: String { map { String(decoding: $0.pem, as: UTF8.self) }.joined() }
}
