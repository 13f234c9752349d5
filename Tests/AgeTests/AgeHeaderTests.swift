import Age
import Foundation
import SecretMemory
import Testing

@Suite("Headers of age files")
struct AgeHeaderTests {
  private static func replacing(_ old: String, _ new: String, in file: [UInt8]) throws -> [UInt8] {
    let old = Array(old.utf8)
    let place = try #require(file.indices.first { file[$0...].starts(with: old) })
    return Array(file[..<place]) + Array(new.utf8) + Array(file[(place + old.count)...])
  }

  @Test("a stanza that was added, and fits the grammar, fails the MAC")
  func addedStanza() throws {
    let key = try AgeKey.generate()
    let recipient = try #require(key.recipient)
    let file = try AgeFile.encrypt(try AgeFixture.secret("a secret"), to: [recipient])
    let changed = try Self.replacing("v1\n", "v1\n-> grease\n\n", in: file)
    #expect(AgeFixture.refusal(of: changed, [key]) == .headerMAC)
    let mac = try Self.replacing("--- ", "--- " + String(repeating: "A", count: 43) + "\n", in: file)
    #expect(AgeFixture.refusal(of: mac, [key]) == .headerMAC)
  }

  @Test(
    "a header beside the grammar is refused with its line",
    arguments: [
      ("v1\n", "v1\r\n", nil), ("v1\n", "v2\n", nil), ("v1\n", "v1 \n", nil), ("age-enc", "AGE-enc", nil),
      ("age-enc", "\nage-enc", nil), ("-> X", "->  X", 2), ("-> X", "->X", 2), ("-> X", " -> X", 2),
      ("-> X", "->\tX", 2), ("-> X25519 ", "-> X25519 é", 2), ("-> X25519 ", "-> X25519 =", 2),
      ("-> X25519 ", "-> X25519 a ", 2), ("-> X25519 ", "-> X25519\n", 4), ("-> X", "\n-> X", 2), ("--- ", "---\n", 4),
      ("--- ", "---  ", 4), ("--- ", "---", 4), ("--- ", "--- A", 4), ("--- ", "-- ", 4), ("--- ", "---- ", 4),
      ("--- ", "\n--- ", 4), ("--- ", "-> a b\n--- ", 5), ("--- ", "-> a\n\r\n--- ", 5), ("--- ", "-> a\nA\n--- ", 5),
      ("--- ", "-> a\nAB\n--- ", 5), ("--- ", "-> a\nAA==\n--- ", 5), ("--- ", "-> a\nA A\n--- ", 5),
    ] as [(String, String, Int?)])
  func grammar(_ old: String, _ new: String, _ line: Int?) throws {
    let key = try AgeKey.generate()
    let recipient = try #require(key.recipient)
    let file = try AgeFile.encrypt(try AgeFixture.secret("a secret"), to: [recipient])
    let refusal = AgeFixture.refusal(of: try Self.replacing(old, new, in: file), [key])
    switch refusal {
    case .header(let number, _): #expect(number == line)
    case .notAge, .unsupported: #expect(line == nil)
    default: Issue.record("\(String(describing: refusal))")
    }
  }

  @Test(
    "a stanza of scrypt beside the specification is refused before any work",
    arguments: [
      (" 10\n", " 010\n"), (" 10\n", " 0\n"), (" 10\n", " +10\n"), (" 10\n", " -10\n"), (" 10\n", " 0xa\n"),
      (" 10\n", " 10 10\n"), (" 10\n", "\n"), (" 10\n", " 23\n"), (" 10\n", " 99\n"), (" 10\n", " aaa\n"),
      (" 10\n", " 18446744073709551626\n"), ("scrypt ", "scrypt A"), ("scrypt ", "scrypt AAAA"),
      ("scrypt ", "scrypt "), ("--- ", "-> grease\n\n--- "), ("v1\n", "v1\n-> grease\n\n"),
    ])
  func scrypt(_ old: String, _ new: String) throws {
    let passphrase = try AgeFixture.secret(AgeFixture.passphrase)
    let file = try AgeFile.encrypt(try AgeFixture.secret("a secret"), passphrase: passphrase, workFactor: 10)
    let refusal = AgeFixture.refusal(of: try Self.replacing(old, new, in: file), [.passphrase(passphrase)])
    switch refusal {
    case .header, .unsupported: #expect(old != new)
    case nil: #expect(old == new)
    default: Issue.record("\(String(describing: refusal))")
    }
  }

  @Test("a body of another length is refused before it is decrypted")
  func bodies() throws {
    let key = try AgeKey.generate()
    let recipient = try #require(key.recipient)
    let file = try AgeFile.encrypt(try AgeFixture.secret("a secret"), to: [recipient])
    let text = String(decoding: file.prefix(200), as: UTF8.self)
    let body = String(try #require(text.split(separator: "\n").dropFirst(2).first))
    for other in ["", "AAAA", String(repeating: "A", count: 44), String(repeating: "A", count: 42)] {
      let refusal = AgeFixture.refusal(of: try Self.replacing(body, other, in: file), [key])
      #expect(refusal == .header(line: 2, "the body of X25519 is 32 bytes long"))
    }
  }

  @Test("what is no age file says so", arguments: ["", "\n", "age", "-----BEGIN PGP MESSAGE-----\n", "PK\u{3}\u{4}"])
  func others(_ text: String) throws {
    #expect(AgeFixture.refusal(of: Array(text.utf8), [try AgeKey.generate()]) == .notAge)
  }
}
