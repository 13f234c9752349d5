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

  static func trace(_ name: String) throws -> Trace {
    try JSONDecoder().decode(
      Trace.self, from: Data(contentsOf: folder.appendingPathComponent("traces/\(name).json")))
  }

  static let traces = ["session-tpm", "session-file", "no-seat", "rotation", "clone", "drain"]

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
    var binding: Binding
    var qualifying_data: [Qualifying]
    var fingerprints: [Fingerprint]
    var grant, entitlement: Signed
  }

  struct Trace: Decodable {
    struct Step: Decodable {
      var at_ms: UInt64
      var from: String
      var event, why, message, text, wire, standing, qualifying_data, binding, label, grant, client_certificate: String?
      var actions, keys: [String]?
      var forged: Bool?
    }
    var node_name, boot_id, server_certificate, client_certificate: String
    var private_keys: [String: String]
    var steps: [Step]
  }
}

/// The bytes of hexadecimal digits in a vector.
func hex(_ text: String?) throws -> [UInt8] {
  guard let text, let bytes = Hexadecimal.bytes(text) else { throw RecordedVectors.Missing(what: text ?? "digits") }
  return bytes
}
