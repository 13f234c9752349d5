import Age
import Foundation
import SecretMemory
import TestSupport
import Testing

@Suite("Files of age, both ways")
struct AgeToolTests {
  private static let chunk = 65_536
  private static let sizes = [0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 3 * chunk + 5]

  @Test("age opens what is encrypted here to its identity", arguments: sizes)
  func ageReads(_ size: Int) throws {
    let fixture = try AgeFixture()
    let key = try AgeKey.generate()
    let recipient = try #require(key.recipient)
    try fixture.write(try key.identityFile, to: "identity")
    #expect(try fixture.tool("age-keygen -y identity") == "\(recipient)\n")
    let plaintext = AgeFixture.plaintext(size)
    let file = try AgeFile.encrypt(try AgeFixture.secret(plaintext), to: [recipient])
    try fixture.write(file, to: "binary.age")
    try fixture.write(AgeFile.armored(file), to: "armored.age")
    for name in ["binary", "armored"] {
      try fixture.tool("age -d -i identity -o \(name) \(name).age")
      // age makes no file for an empty plaintext, but says that it is done.
      #expect(try size == 0 || fixture.bytes(name) == plaintext, "\(name)")
    }
  }

  @Test("what age encrypts to an identity of age-keygen opens here", arguments: sizes)
  func readsAge(_ size: Int) throws {
    let fixture = try AgeFixture()
    try fixture.tool("age-keygen -o identity")
    let recipient = try fixture.tool("age-keygen -y identity").trimmingCharacters(in: .whitespacesAndNewlines)
    let keys = try AgeKey.identities(in: try fixture.secret("identity"))
    #expect(keys.map(\.recipient) == [try AgeRecipient(recipient)])
    let plaintext = AgeFixture.plaintext(size)
    try fixture.write(plaintext, to: "plain")
    try fixture.tool("age -r \(recipient) -o binary.age plain")
    try fixture.tool("age -r \(recipient) -a -o armored.age plain")
    for name in ["binary.age", "armored.age"] {
      #expect(AgeFixture.bytes(try AgeFile.decrypt(try fixture.bytes(name), with: keys)) == plaintext, "\(name)")
    }
    let other = try AgeKey.generate()
    #expect(AgeFixture.refusal(of: try fixture.bytes("binary.age"), [other]) == .noKeyFits)
    // The armor is the same, byte for byte, as age's own.
    let armored = try fixture.bytes("armored.age")
    let lines = String(decoding: armored, as: UTF8.self).split(separator: "\n").dropFirst().dropLast()
    #expect(AgeFile.armored(Array(try #require(Data(base64Encoded: lines.joined())))) == armored)
  }

  @Test("each of several recipients opens the file, nobody else does")
  func recipients() throws {
    let fixture = try AgeFixture()
    let keys = try (0..<3).map { _ in try AgeKey.generate() }
    let recipients = keys.compactMap(\.recipient)
    let secret = try AgeFixture.secret("a secret")
    let file = try AgeFile.encrypt(secret, to: recipients)
    try fixture.write(file, to: "file.age")
    for (index, key) in keys.enumerated() {
      #expect(try AgeFile.decrypt(file, with: [try AgeKey.generate(), key]) == secret)
      try fixture.write(try key.identityFile, to: "identity\(index)")
      #expect(try fixture.tool("age -d -i identity\(index) file.age") == "a secret")
    }
    #expect(AgeFixture.refusal(of: file, [try AgeKey.generate()]) == .noKeyFits)
    #expect(AgeFixture.refusal(of: file, []) == .noKeyFits)
    #expect(AgeFixture.refusal(of: file, [.passphrase(try AgeFixture.secret("words"))]) == .noKeyFits)
  }

  @Test("age opens what a passphrase encrypts here, with that passphrase only", arguments: [10, 18])
  func ageReadsPassphrase(_ workFactor: Int) throws {
    let fixture = try AgeFixture()
    let plaintext = AgeFixture.plaintext(70_000)
    let passphrase = try AgeFixture.secret(AgeFixture.passphrase)
    let file =
      workFactor == 18
      ? try AgeFile.encrypt(try AgeFixture.secret(plaintext), passphrase: passphrase)
      : try AgeFile.encrypt(try AgeFixture.secret(plaintext), passphrase: passphrase, workFactor: workFactor)
    #expect(String(decoding: file.prefix(100), as: UTF8.self).contains(" \(workFactor)\n"))
    try fixture.write(file, to: "file.age")
    #expect(try fixture.typing(AgeFixture.passphrase, "age -d -o plain file.age") == 0)
    #expect(try fixture.bytes("plain") == plaintext)
    guard workFactor < 18 else { return }
    #expect(try fixture.typing("another", "age -d -o never file.age") != 0)
    #expect(AgeFixture.refusal(of: file, [.passphrase(try AgeFixture.secret("another"))]) == .noKeyFits)
    #expect(AgeError.noKeyFits.description.contains("the passphrase is wrong"))
  }

  @Test("what age encrypts with a passphrase opens here")
  func readsAgePassphrase() throws {
    let fixture = try AgeFixture()
    let plaintext = AgeFixture.plaintext(1_000)
    try fixture.write(plaintext, to: "plain")
    #expect(try fixture.typing(AgeFixture.passphrase, "age -p -o file.age plain") == 0)
    let file = try fixture.bytes("file.age")
    let passphrase = AgeKey.passphrase(try AgeFixture.secret(AgeFixture.passphrase))
    #expect(AgeFixture.bytes(try AgeFile.decrypt(file, with: [passphrase])) == plaintext)
  }

  @Test("two encryptions of one secret share nothing behind the version")
  func freshness() throws {
    let recipient = try #require(try AgeKey.generate().recipient)
    let secret = try AgeFixture.secret("a secret")
    let first = try AgeFile.encrypt(secret, to: [recipient])
    let second = try AgeFile.encrypt(secret, to: [recipient])
    let version = "age-encryption.org/v1\n-> X25519 ".utf8.count
    #expect(first.count == second.count && first != second)
    #expect(first.suffix(40) != second.suffix(40))
    #expect(first[version..<(version + 43)] != second[version..<(version + 43)])
  }
}
