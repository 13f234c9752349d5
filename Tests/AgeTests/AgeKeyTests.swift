import Age
import Foundation
import SecretMemory
import Testing

@Suite("Recipients and identities of age")
struct AgeKeyTests {
  // The example of c2sp.org/age.
  private static let identity = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
  private static let recipient = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"

  @Test("the specification's identity has the specification's recipient")
  func example() throws {
    let keys = try AgeKey.identities(in: try AgeFixture.secret(Self.identity))
    let key = try #require(keys.first)
    #expect(keys.count == 1)
    #expect(key.recipient?.description == Self.recipient)
    #expect(try AgeRecipient(Self.recipient) == key.recipient)
    guard case .identity(let secret) = key else {
      Issue.record("it is no identity")
      return
    }
    #expect(AgeFixture.bytes(secret) == [UInt8](repeating: 0x42, count: 32))
    let file = "# public key: \(Self.recipient)\n\(Self.identity)\n"
    #expect(AgeFixture.bytes(try key.identityFile) == Array(file.utf8))
  }

  @Test("an identity file may have comments, blank lines, CRLF and several identities")
  func identityFile() throws {
    let other = try AgeKey.generate()
    let otherFile = String(decoding: AgeFixture.bytes(try other.identityFile), as: UTF8.self)
    let text = "# created: 2026-01-01T00:00:00Z\r\n\r\n  \(Self.identity)  \r\n\n\(otherFile)# the end"
    let keys = try AgeKey.identities(in: try AgeFixture.secret(text))
    #expect(keys.map(\.recipient) == [try AgeRecipient(Self.recipient), other.recipient])
  }

  @Test(
    "a damaged identity is refused with its line and without a character of it",
    arguments: [
      (identity.lowercased(), "its prefix is another"), (String(identity.dropLast()), "its length is wrong"),
      (identity + "Q", "its length is wrong"),
      (identity.replacingOccurrences(of: "GAEX", with: "GAEQ"), "its checksum does not match"),
      (identity.replacingOccurrences(of: "GAEX", with: "gaex"), "upper and lower case are mixed"),
      (identity.replacingOccurrences(of: "1GFP", with: "1BFP"), "a character is not one of Bech32"),
      ("# fine\nhello", "its prefix is another"), (recipient, "its prefix is another"),
    ])
  func identities(_ text: String, _ reason: String) throws {
    let file = try AgeFixture.secret("# public key\n" + text)
    let refusal = AgeFixture.refusal { () throws(AgeError) in _ = try AgeKey.identities(in: file) }
    #expect(refusal == .identity(line: text.hasPrefix("#") ? 3 : 2, reason))
    #expect(refusal?.description.contains("GFPYYSJ") == false)
  }

  @Test("an identity file without an identity is refused", arguments: ["", "\n\n", "# only a comment\n"])
  func noIdentity(_ text: String) throws {
    let file = try AgeFixture.secret(text)
    #expect(AgeFixture.refusal { () throws(AgeError) in _ = try AgeKey.identities(in: file) } == .noIdentity)
  }

  @Test(
    "identities and recipients of other kinds are named",
    arguments: [
      "AGE-PLUGIN-YUBIKEY-1QQQ", "AGE-SECRET-KEY-PQ-1XX76", "-----BEGIN OPENSSH PRIVATE KEY-----",
      "age-encryption.org/v1",
    ])
  func otherIdentities(_ text: String) throws {
    let file = try AgeFixture.secret(text)
    let refusal = AgeFixture.refusal { () throws(AgeError) in _ = try AgeKey.identities(in: file) }
    #expect("\(try #require(refusal))".hasPrefix("not supported: "))
  }

  @Test(
    "a text that is no recipient is refused",
    arguments: [
      (recipient.uppercased(), "prefix"), (identity, "prefix"), ("", "prefix"), ("age1", "length"),
      (String(recipient.dropLast()), "length"), (recipient + "q", "length"),
      (recipient.replacingOccurrences(of: "nujwj", with: "nujwq"), "checksum"),
      (recipient.replacingOccurrences(of: "age1zv", with: "age1Zv"), "mixed"),
      (recipient.replacingOccurrences(of: "age1zv", with: "age1bv"), "character"),
      ("ssh-ed25519 AAAA", "SSH"), ("age1pq1x34n", "post-quantum"), ("age1tag1qt8lw0", "tagged"),
      ("age1yubikey1qqq", "plugins"),
      // 32 zero bytes in Bech32 with a last bit that is not zero, by the reference implementation of BIP 173.
      ("age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqpfwgqrs", "last bits"),
    ])
  func recipients(_ text: String, _ reason: String) throws {
    let refusal = AgeFixture.refusal { () throws(AgeError) in _ = try AgeRecipient(text) }
    #expect("\(try #require(refusal))".contains(reason))
  }

  @Test("a recipient of low order is refused when something is encrypted to it")
  func lowOrder() throws {
    let secret = try AgeFixture.secret("a secret")
    for point in [[UInt8](repeating: 0, count: 32), [1] + [UInt8](repeating: 0, count: 31), [], [9]] {
      let refusal = AgeFixture.refusal { () throws(AgeError) in _ = try AgeFile.encrypt(secret, to: [.x25519(point)]) }
      guard case .recipient = refusal else {
        Issue.record("\(String(describing: refusal))")
        return
      }
    }
  }

  @Test("nobody to encrypt to, an empty passphrase and a foreign work factor are refused")
  func arguments() throws {
    let secret = try AgeFixture.secret("a secret")
    let empty = try AgeFixture.secret("")
    #expect(AgeFixture.refusal { () throws(AgeError) in _ = try AgeFile.encrypt(secret, to: []) } == .noRecipient)
    #expect(
      AgeFixture.refusal { () throws(AgeError) in
        _ = try AgeFile.encrypt(secret, passphrase: empty, workFactor: 10)
      } == .emptyPassphrase)
    for workFactor in [Int.min, 0, 23, 64, .max] {
      #expect(
        AgeFixture.refusal { () throws(AgeError) in
          _ = try AgeFile.encrypt(secret, passphrase: secret, workFactor: workFactor)
        } == .workFactor(workFactor))
    }
    #expect(AgeKey.passphrase(secret).recipient == nil)
    #expect(
      AgeFixture.refusal { () throws(AgeError) in _ = try AgeKey.passphrase(secret).identityFile } == .notAnIdentity)
  }
}
