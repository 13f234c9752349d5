import Foundation
import HardwareIdentity
import TestSupport
import Testing

@Suite("The fingerprint against the license protocol's vectors, which were made without this package")
struct FingerprintVectorTests {
  private struct Vectors: Decodable {
    struct Fingerprint: Decodable {
      struct Fact: Decodable {
        var name: String
        var digest: String?
      }
      var name: String
      var facts: [Fact]
      var fingerprint: String
    }
    var fingerprints: [Fingerprint]
  }

  private static func vectors() throws -> [Vectors.Fingerprint] {
    let path = "Tests/LicenseProtocolTests/Fixtures/vectors.json"
    let data = try Data(contentsOf: SharedFolder.checkout.appendingPathComponent(path))
    return try JSONDecoder().decode(Vectors.self, from: data).fingerprints
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static func bytes(_ text: String) throws -> [UInt8] {
    let digits = try text.map { try #require($0.hexDigitValue) }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
  }

  @Test("all six facts, whatever order they came in and whichever is absent, make the vector's bytes")
  func vectors() throws {
    // What the agent sends names all six; vectors with fewer are for other agents.
    let whole = try Self.vectors().filter { Set($0.facts.map(\.name)) == Set(FactName.allCases.map(\.rawValue)) }
    #expect(!whole.isEmpty)
    for vector in whole {
      var digests: [FactName: [UInt8]] = [:]
      for fact in vector.facts {
        guard let digest = fact.digest else { continue }
        digests[try #require(FactName(rawValue: fact.name))] = try Self.bytes(digest)
      }
      #expect(Self.hexadecimal(Fingerprint.of(digests)) == vector.fingerprint, "\(vector.name)")
      // One fact fewer is another machine.
      for fact in digests.keys {
        var fewer = digests
        fewer[fact] = nil
        #expect(Self.hexadecimal(Fingerprint.of(fewer)) != vector.fingerprint, "\(vector.name) without \(fact)")
      }
    }
  }
}
