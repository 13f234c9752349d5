import Foundation
import PrivateKeys
import SecretMemory
import TestSupport
import Testing

@Suite("Encrypted private keys (PBES2)")
struct EncryptedPrivateKeyTests {
  private static let fewIterations = 1_000

  @Test("OpenSSL opens what is written, with the right passphrase only", arguments: KeyCurve.allCases)
  func opensslReads(_ curve: KeyCurve) throws {
    let fixture = try KeyFixture()
    let key = try PrivateKey.generate(curve)
    let pem = try key.encryptedPEM(passphrase: try KeyFixture.secret(KeyFixture.passphrase))
    try fixture.write(pem, to: "encrypted.pem")
    try fixture.openssl("pkey -in encrypted.pem -passin file:passphrase -out plain.pem")
    #expect(try fixture.bytes("plain.pem") == KeyFixture.bytes(try key.pem()))
    let words = ["openssl", "pkey", "-in", "encrypted.pem", "-passin", "file:another", "-noout"]
    #expect(try Command(words, in: fixture.folder.url).status != 0)
    let structure = try fixture.openssl("asn1parse -in encrypted.pem")
    for name in ["PBES2", "PBKDF2", ":0927C0", "hmacWithSHA256", "aes-256-cbc"] {
      #expect(structure.contains(name), "\(name) in \(structure)")
    }
    #expect(PrivateKey.isEncrypted(pem))
  }

  @Test(
    "every PBES2 of OpenSSL is read",
    arguments: [
      "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -aes-256-cbc -pass file:passphrase -out encrypted.pem",
      "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes-192-cbc -pass file:passphrase -out encrypted.pem",
      "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes-128-cbc -pass file:passphrase -out encrypted.pem",
      "pkcs8 -topk8 -in plain.pem -scrypt -passout file:passphrase -out encrypted.pem",
      "pkcs8 -topk8 -in plain.pem -scrypt -scrypt_N 1024 -scrypt_r 16 -scrypt_p 2 -passout file:passphrase "
        + "-out encrypted.pem",
      "pkcs8 -topk8 -in plain.pem -v2 aes128 -v2prf hmacWithSHA1 -passout file:passphrase -out encrypted.pem",
      "pkcs8 -topk8 -in plain.pem -v2 aes256 -v2prf hmacWithSHA384 -passout file:passphrase -out encrypted.pem",
      "pkcs8 -topk8 -in plain.pem -v2prf hmacWithSHA512 -iter 300000 -passout file:passphrase -out encrypted.pem",
    ])
  func readsOpenSSL(_ words: String) throws {
    let fixture = try KeyFixture()
    try fixture.openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out plain.pem")
    try fixture.openssl(words)
    try fixture.openssl("pkey -in encrypted.pem -passin file:passphrase -pubout -outform DER -out public.der")
    let pem = try fixture.bytes("encrypted.pem")
    let key = try PrivateKey(encryptedPEM: pem, passphrase: try KeyFixture.secret(KeyFixture.passphrase))
    #expect(key.publicKeyDER == (try fixture.bytes("public.der")))
    let another = try KeyFixture.secret("another")
    let refusal = KeyFixture.refusal { () throws(PrivateKeyError) in
      _ = try PrivateKey(encryptedPEM: pem, passphrase: another)
    }
    #expect(refusal == .passphrase)
    #expect(PrivateKeyError.passphrase.description == "the passphrase is wrong, or the file is damaged")
  }

  @Test(
    "another encryption is refused by its name",
    arguments: [
      ("pkcs8 -topk8 -in plain.pem -v2 des3 -passout file:passphrase -out encrypted.pem", "not AES in CBC mode"),
      ("pkcs8 -topk8 -in plain.pem -v2 camellia256 -passout file:passphrase -out encrypted.pem", "not AES in CBC mode"),
      ("pkcs8 -topk8 -in plain.pem -v1 PBE-SHA1-3DES -passout file:passphrase -out encrypted.pem", "it is not PBES2"),
      (
        "pkcs8 -topk8 -in plain.pem -v2prf hmacWithSHA224 -passout file:passphrase -out encrypted.pem",
        "its pseudorandom function is not"
      ),
      (
        "pkcs8 -topk8 -in plain.pem -iter 10000001 -passout file:passphrase -out encrypted.pem",
        "other than 1 to 10000000 iterations"
      ),
      (
        "pkcs8 -topk8 -in plain.pem -scrypt -scrypt_N 1024 -scrypt_r 32 -passout file:passphrase -out encrypted.pem",
        "scrypt with r 32 and p 1"
      ),
      ("pkey -in plain.pem -out encrypted.pem", "not encrypted"),
    ])
  func refusals(_ words: String, _ reason: String) throws {
    let fixture = try KeyFixture()
    try fixture.openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out plain.pem")
    try fixture.openssl(words)
    let pem = try fixture.bytes("encrypted.pem")
    let passphrase = try KeyFixture.secret(KeyFixture.passphrase)
    let refusal = KeyFixture.refusal { () throws(PrivateKeyError) in
      _ = try PrivateKey(encryptedPEM: pem, passphrase: passphrase)
    }
    #expect("\(try #require(refusal))".contains(reason))
  }

  @Test(
    "scrypt that would take more than 256 MiB, or is none, is refused before it is tried",
    arguments: [
      // N, r, p as INTEGERs behind the salt.
      ("020304000002010802010102", false), ("0203080000020108020101", true), ("0202400002020800020101", true),
      ("02024000020108020200FF", true), ("0202400102010802 0101", true), ("020100020108020101", true),
      ("02024000020100020101", true), ("0202400002010802 0100", true), ("0208400000000000000002010802 0101", true),
      ("0201FF020108020101", true), ("0203 010000 020101 020101", true),
    ])
  func scryptCost(_ hex: String, _ isComplete: Bool) throws {
    let digits = hex.compactMap(\.hexDigitValue)
    let numbers = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    let pem = Self.encrypted(
      derivation: Self.sequence(
        [0x06, 9, 0x2B, 6, 1, 4, 1, 0xDA, 0x47, 4, 11]
          + Self.sequence([4, 8, 1, 2, 3, 4, 5, 6, 7, 8] + numbers)))
    let passphrase = try KeyFixture.secret(KeyFixture.passphrase)
    let refusal = KeyFixture.refusal { () throws(PrivateKeyError) in
      _ = try PrivateKey(encryptedPEM: pem, passphrase: passphrase)
    }
    guard isComplete else {
      #expect(refusal == .encryption("its DER is damaged"))
      return
    }
    guard case .cost = refusal else {
      Issue.record("\(hex): \(String(describing: refusal))")
      return
    }
  }

  private static func sequence(_ content: [UInt8]) -> [UInt8] { [0x30, UInt8(content.count)] + content }

  /// An encrypted key with that key derivation, AES-256 and a ciphertext of zeroes.
  private static func encrypted(derivation: [UInt8]) -> [UInt8] {
    let cipher = sequence([0x06, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42, 4, 16] + [UInt8](repeating: 0, count: 16))
    let pbes2: [UInt8] = [0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, 13]
    let der = sequence(sequence(pbes2 + sequence(derivation + cipher)) + [4, 16] + [UInt8](repeating: 0, count: 16))
    return Array("-----BEGIN ENCRYPTED PRIVATE KEY-----\n".utf8) + Array(Data(der).base64EncodedString().utf8)
      + Array("\n-----END ENCRYPTED PRIVATE KEY-----\n".utf8)
  }

  @Test("no changed bit of the encrypted content gives another key or a crash")
  func bitFlips() throws {
    let key = try PrivateKey.generate(.p256)
    let passphrase = try KeyFixture.secret(KeyFixture.passphrase)
    let pem = try key.encryptedPEM(passphrase: passphrase, iterations: Self.fewIterations)
    let lines = String(decoding: pem, as: UTF8.self).split(separator: "\n")
    let der = Array(try #require(Data(base64Encoded: lines[1..<(lines.count - 1)].joined())))
    for bit in 0..<(der.count * 8) {
      var changed = der
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      let text = ([lines[0]] + [Substring(Data(changed).base64EncodedString())] + [lines[lines.count - 1]])
      let pem = Array(text.joined(separator: "\n").utf8)
      let refusal = KeyFixture.refusal { () throws(PrivateKeyError) in
        _ = try PrivateKey(encryptedPEM: pem, passphrase: passphrase)
      }
      #expect(refusal != nil, "bit \(bit)")
    }
  }

  @Test("no changed bit of the PEM text gives another key or a crash")
  func textFlips() throws {
    let key = try PrivateKey.generate(.p256)
    let passphrase = try KeyFixture.secret(KeyFixture.passphrase)
    let pem = try key.encryptedPEM(passphrase: passphrase, iterations: Self.fewIterations)
    let boundary = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n".utf8.count
    // The boundaries whole, and of the base64, whose content the test above changes, a part.
    let bits = (0..<(pem.count * 8)).filter { bit in
      !(boundary..<(pem.count - boundary + 2)).contains(bit / 8) || bit.isMultiple(of: 5)
    }
    for bit in bits {
      var changed = pem
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      let read = try? PrivateKey(encryptedPEM: changed, passphrase: passphrase)
      #expect(read == nil || read?.publicKeyDER == key.publicKeyDER, "bit \(bit)")
    }
  }

  @Test("two encryptions of one key share nothing but their form")
  func freshness() throws {
    let key = try PrivateKey.generate(.p384)
    let passphrase = try KeyFixture.secret(KeyFixture.passphrase)
    let first = try key.encryptedPEM(passphrase: passphrase, iterations: Self.fewIterations)
    let second = try key.encryptedPEM(passphrase: passphrase, iterations: Self.fewIterations)
    #expect(first.count == second.count)
    #expect(first != second)
    for pem in [first, second] {
      #expect(try PrivateKey(encryptedPEM: pem, passphrase: passphrase).publicKeyDER == key.publicKeyDER)
    }
  }

  @Test("an encrypted key without its public key is refused: a changed byte would not show")
  func withoutPublicKey() throws {
    let fixture = try KeyFixture()
    let der = KeyFixture.bytes(try PrivateKey.generate(.p256).der())
    // PKCS #8 around ECPrivateKey without its last field.
    let bare = [0x30, 0x41] + der[3..<27] + [0x04, 0x27, 0x30, 0x25] + der[31..<68]
    #expect(try PrivateKey(der: try KeyFixture.secret(Array(bare))).curve == .p256)
    try fixture.write(Array(bare), to: "bare.der")
    // openssl pkcs8 would add the public key; openssl enc leaves the content as it is.
    let salt = "00112233445566778899aabbccddeeff"
    let iv = "0f0e0d0c0b0a09080706050403020100"
    let key = try fixture.openssl(
      "kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt pass:words -kdfopt hexsalt:\(salt) -kdfopt iter:1000 PBKDF2")
    let hexKey = key.filter(\.isHexDigit)
    try fixture.openssl("enc -aes-256-cbc -K \(hexKey) -iv \(iv) -in bare.der -out bare.encrypted")
    let ciphertext = try fixture.bytes("bare.encrypted")
    let pem = Self.pem(ciphertext)
    let passphrase = try KeyFixture.secret("words")
    let refusal = KeyFixture.refusal { () throws(PrivateKeyError) in
      _ = try PrivateKey(encryptedPEM: pem, passphrase: passphrase)
    }
    #expect("\(try #require(refusal))".contains("the public key is missing"))
  }

  private static func pem(_ ciphertext: [UInt8]) -> [UInt8] {
    let salt: [UInt8] = [0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF]
    let iv = [UInt8]((0...15).reversed())
    let prf = sequence([0x06, 8, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 2, 9, 5, 0])
    let pbkdf2: [UInt8] = [0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, 12]
    let derivation = sequence(pbkdf2 + sequence([4, 16] + salt + [2, 2, 0x03, 0xE8] + prf))
    let cipher = sequence([0x06, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42, 4, 16] + iv)
    let pbes2: [UInt8] = [0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, 13]
    let body = sequence(pbes2 + sequence(derivation + cipher)) + [4, UInt8(ciphertext.count)] + ciphertext
    let der = [0x30, 0x81, UInt8(body.count)] + body
    return Array("-----BEGIN ENCRYPTED PRIVATE KEY-----\n".utf8) + Array(Data(der).base64EncodedString().utf8)
      + Array("\n-----END ENCRYPTED PRIVATE KEY-----\n".utf8)
  }

  @Test("an empty passphrase and too few or too many iterations are refused")
  func arguments() throws {
    let key = try PrivateKey.generate(.p256)
    let passphrase = try KeyFixture.secret(KeyFixture.passphrase)
    let empty = try KeyFixture.secret("")
    let none = KeyFixture.refusal { () throws(PrivateKeyError) in _ = try key.encryptedPEM(passphrase: empty) }
    #expect(none == .emptyPassphrase)
    for iterations in [Int.min, -1, 0, 999, 10_000_001, .max] {
      let refusal = KeyFixture.refusal { () throws(PrivateKeyError) in
        _ = try key.encryptedPEM(passphrase: passphrase, iterations: iterations)
      }
      #expect(refusal == .cost("\(iterations) iterations; 1000 to 10000000 are written"))
    }
  }
}
