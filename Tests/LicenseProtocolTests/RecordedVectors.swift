import BaseEncodings
import Foundation
import TestSupport

/// What `Fixtures/make-traces` wrote with protoc, OpenSSL's primitives and a simulated TPM.
enum RecordedVectors {
  struct Missing: Error { var what: String }

  static let folder = SharedFolder.checkout.appendingPathComponent("Tests/LicenseProtocolTests/Fixtures")

  static func byteStrings() throws -> ByteStrings {
    try JSONDecoder().decode(
      ByteStrings.self, from: Data(contentsOf: folder.appendingPathComponent("vectors.json")))
  }

  static func trace(_ name: String) throws -> RecordedTrace { try RecordedTrace(name) }

  static func keyServer() throws -> Exchange {
    try JSONDecoder().decode(
      Exchange.self, from: Data(contentsOf: folder.appendingPathComponent("key-server.json")))
  }

  static let traces = [
    "session-tpm", "session-file", "no-seat", "rotation", "rotation-tpm", "clone", "copy", "drain", "configuration",
    "metrics", "reboot",
  ]

  struct ByteStrings: Decodable {
    struct Binding: Decodable { var session_id, client_certificate, server_certificate, bytes: String }
    struct Qualifying: Decodable {
      var name, label, nonce, fingerprint, node_uid, qualifying_data: String
    }
    struct Fact: Decodable {
      var name: String
      var digest: String?
    }
    struct Fingerprint: Decodable {
      var name: String
      var facts: [Fact]
      var fingerprint: String
    }
    struct Signed: Decodable {
      var text, signed, public_key, private_key, signature, signature_of_other_label: String
      var digest: String?
    }
    struct Credential: Decodable {
      var name, endorsement_private_key, endorsement_key, attestation_key, attestation_name: String
      var qualified_name, secret, seed, symmetric_key, integrity_key, credential_blob, encrypted_secret: String
      var ephemeral_private_key, shared_x, oaep_seed: String?
    }
    struct RatchetHistory: Decodable {
      struct Session: Decodable {
        var presented, verdict: String
        var accepted: Bool
        var issued: String?
        var confirmed: Bool?
      }
      var name: String
      var sessions: [Session]
    }
    var binding: Binding
    var qualifying_data: [Qualifying]
    var fingerprints: [Fingerprint]
    var grant, entitlement: Signed
    var credentials: [Credential]
    var ratchets: [RatchetHistory]
  }

  /// An operator and its key server.
  struct Exchange: Decodable {
    struct Limit: Decodable { var included, limit: UInt32 }
    struct Step: Decodable {
      var at_ns: Int64
      var from, standing: String
      var event, message, text, wire, entitlement, why: String?
      var believed: Bool?
      var until_ns, grant_not_after_ns: Int64?
      var limits: [String: Limit]?
    }
    var licensee, server_name, client_anchor, server_anchor, client_certificate, server_certificate: String
    var public_key: String
    var grant_length_ns: Int64
    var steps: [Step]
  }
}

/// The bytes of hexadecimal digits in a vector.
func hex(_ text: String?) throws -> [UInt8] {
  guard let text, let bytes = Hexadecimal.bytes(text) else { throw RecordedVectors.Missing(what: text ?? "digits") }
  return bytes
}
