import Crypto
import Diagnostics
import Foundation
import HardwareIdentity
import TestSupport
import Testing

@Suite("The fingerprint's bytes")
struct StoredFingerprintTests {
  @Test("the byte string is what an implementation in another language makes of the same facts")
  func bytes() throws {
    let facts = try MachineTree("written-rack-server").facts(key: .key([0, 0x7A, 0, 0x23], source: "a test"))
    let script = """
      import hashlib, struct
      values = {
        b"tpm-ek": bytes.fromhex("007a0023"),
        b"product-uuid": b"4c4c4544-0044-3510-8052-b4c04f4b3032",
        b"board-serial": b".D5RK02.CNFCP0012300AB.", b"chassis-serial": b"D5RK02",
        b"system-disk-serial": b"S5Y1NA0R712345",
        b"nic-permanent-address": b"04:3f:72:aa:00:01\\nb0:7b:25:c1:00:10\\nb0:7b:25:c1:00:11",
      }
      def fingerprint(values):
        text = b"lowlayer.fingerprint.v1\\0"
        for name in sorted(values):
          digest = b"" if values[name] is None else hashlib.sha256(values[name]).digest()
          text += struct.pack(">H", len(name)) + name + struct.pack(">H", len(digest)) + digest
        return hashlib.sha256(text).hexdigest()
      print(fingerprint(values))
      values[b"tpm-ek"] = None
      print(fingerprint(values))
      """
    let result = try Command(["python3", "-c", script], seconds: 60)
    let expected = result.output.split(separator: "\n").map(String.init)
    try #require(expected.count == 2, "\(result.errors)")
    #expect(hexadecimal(facts.fingerprint) == expected[0])
    #expect(hexadecimal(try MachineTree("written-rack-server").facts().fingerprint) == expected[1])
  }

  @Test("the license protocol's published vectors of six facts hold")
  func vectors() throws {
    struct Vectors: Decodable {
      struct Case: Decodable {
        struct Fact: Decodable {
          var name: String
          var digest: String?
        }
        var facts: [Fact]
        var fingerprint: String
      }
      var fingerprints: [Case]
    }
    let file = SharedFolder.checkout.appendingPathComponent("Tests/LicenseProtocolTests/Fixtures/vectors.json")
    // A node always names all six facts.
    let whole = try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file)).fingerprints
      .filter { $0.facts.count == FactName.allCases.count }
    #expect(!whole.isEmpty)
    for vector in whole {
      var digests: [FactName: [UInt8]] = [:]
      for fact in vector.facts {
        let name = try #require(FactName(rawValue: fact.name))
        digests[name] = fact.digest.map { text in
          stride(from: 0, to: text.count, by: 2).compactMap { UInt8(text.dropFirst($0).prefix(2), radix: 16) }
        }
      }
      #expect(hexadecimal(Fingerprint.of(digests)) == vector.fingerprint)
    }
  }

  @Test("what was kept is read again as it was", arguments: MachineTests.machines)
  func roundTrip(_ machine: MachineTests.Machine) throws {
    let facts = try MachineTree(machine.tree).facts(key: .key([1, 2, 3], source: "a test"))
    let stored = try StoredFingerprint(json: JSONText.object(facts.json).pretty)
    #expect(stored == StoredFingerprint(facts))
    #expect(stored.fingerprint == facts.fingerprint)
    #expect(FingerprintComparison(of: facts, with: stored).different == 0)
  }

  @Test("what is kept has no value in it, only digests")
  func noValues() throws {
    let text = String(
      decoding: JSONText.object(try MachineTree("written-rack-server").facts().json).pretty, as: UTF8.self)
    for value in ["4c4c4544", "4C4C4544", "D5RK02", "S5Y1NA0R712345", "b0:7b", "04:3f"] {
      #expect(!text.contains(value))
    }
    #expect(text.contains(hexadecimal(Array(SHA256.hash(data: Data("D5RK02".utf8))))))
  }

  @Test(
    "a file that is none, of another version, or changed, is an error that says so",
    arguments: [
      ("", "", "it is no fingerprint: it is not JSON of that form"),
      ("\"version\": 1", "\"version\": 2", "it has version 2, and this program reads version 1"),
      ("\"fingerprint\"", "\"finger\"", "it is no fingerprint: there is no fingerprint"),
      ("\"name\": \"board-serial\"", "\"name\": \"board\"", StoredFingerprintError.altered.description),
      ("\"digest\": \"", "\"digest\": \"z", "it is no fingerprint: board-serial has a digest that is not"),
    ] as [(String, String, String)])
  func damaged(old: String, new: String, message: String) throws {
    var text = String(
      decoding: JSONText.object(try MachineTree("written-rack-server").facts().json).pretty, as: UTF8.self)
    text = old.isEmpty ? "{" : text.replacingOccurrences(of: old, with: new)
    let error = #expect(throws: StoredFingerprintError.self) { try StoredFingerprint(json: Array(text.utf8)) }
    #expect(error?.description.hasPrefix(message) == true)
  }

  @Test("members that a later program adds are left alone")
  func later() throws {
    let facts = try MachineTree("written-rack-server").facts()
    let text = String(decoding: JSONText.object(facts.json + [.init("later", .boolean(true))]).compact, as: UTF8.self)
    #expect(try StoredFingerprint(json: Array(text.utf8)) == StoredFingerprint(facts))
  }

  private func hexadecimal(_ bytes: [UInt8]) -> String { bytes.map { String(format: "%02x", $0) }.joined() }
}
