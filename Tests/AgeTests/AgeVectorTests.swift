import Age
import Crypto
import Foundation
import SecretMemory
import Testing

/// One of the Community Cryptography Test Vectors.
struct AgeVector: Decodable, Sendable, CustomTestStringConvertible {
  let name: String
  let expect: String
  let identities: [String]
  let passphrases: [String]
  let payload: String?
  let file: Data

  var testDescription: String { name }

  private struct Collection: Decodable {
    let vectors: [AgeVector]
  }

  static let all: [AgeVector] = {
    let place = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/cctv-age.json")
    guard let data = try? Data(contentsOf: place),
      let collection = try? JSONDecoder().decode(Collection.self, from: data)
    else { return [] }
    return collection.vectors
  }()
}

@Suite("The published test vectors of age (C2SP/CCTV)")
struct AgeVectorTests {
  @Test("the fixture is there")
  func fixture() { #expect(AgeVector.all.count == 50) }

  @Test("ends as the vector says", arguments: AgeVector.all)
  func vector(_ vector: AgeVector) throws {
    var keys: [AgeKey] = []
    for identity in vector.identities { keys += try AgeKey.identities(in: try AgeFixture.secret(identity)) }
    for passphrase in vector.passphrases { keys.append(.passphrase(try AgeFixture.secret(passphrase))) }
    var plaintext: [UInt8]?
    let refusal = AgeFixture.refusal { () throws(AgeError) in
      plaintext = AgeFixture.bytes(try AgeFile.decrypt(Array(vector.file), with: keys))
    }
    switch (vector.expect, refusal) {
    case ("success", nil):
      let digest = SHA256.hash(data: try #require(plaintext)).map { String(format: "%02x", $0) }.joined()
      #expect(digest == vector.payload)
    case ("no match", .noKeyFits), ("payload failure", .payloadDamaged), ("payload failure", .payloadCutShort),
      ("armor failure", .armor), ("armor failure", .notAge), ("header failure", .header),
      ("header failure", .unsupported), ("header failure", .notAge):
      break
    case ("header failure", .armor):
      // An empty block is refused before there is a header.
      #expect(vector.name == "armor_empty")
    default:
      Issue.record("\(vector.expect) is expected, not \(refusal.map(String.init(describing:)) ?? "success")")
    }
  }
}
