import Crypto
import Foundation
import PrivateKeys
import SecretMemory
import TestSupport
import Testing

@Suite("Private keys in PKCS #8 and SEC 1")
struct PrivateKeyFormatTests {
  @Test("what is written is byte for byte what OpenSSL writes", arguments: KeyCurve.allCases)
  func writesAsOpenSSL(_ curve: KeyCurve) throws {
    let fixture = try KeyFixture()
    let key = try PrivateKey.generate(curve)
    #expect(key.curve == curve)
    try fixture.write(try key.pem(), to: "key.pem")
    try fixture.openssl("pkey -in key.pem -check -noout")
    try fixture.openssl("pkey -in key.pem -out again.pem")
    #expect(try fixture.bytes("again.pem") == KeyFixture.bytes(try key.pem()))
    try fixture.openssl("pkcs8 -topk8 -nocrypt -in key.pem -outform DER -out again.der")
    #expect(try fixture.bytes("again.der") == KeyFixture.bytes(try key.der()))
    try fixture.openssl("pkey -in key.pem -pubout -out public.pem")
    #expect(try fixture.bytes("public.pem") == key.publicKeyPEM)
    try fixture.openssl("pkey -in key.pem -pubout -outform DER -out public.der")
    #expect(try fixture.bytes("public.der") == key.publicKeyDER)
  }

  @Test("every form of OpenSSL is read and gives the same key", arguments: KeyCurve.allCases)
  func readsOpenSSL(_ curve: KeyCurve) throws {
    let fixture = try KeyFixture()
    try fixture.openssl("ecparam -name \(curve == .p256 ? "prime256v1" : "secp384r1") -genkey -out sec1.pem")
    try fixture.openssl("pkey -in sec1.pem -out pkcs8.pem")
    try fixture.openssl("pkey -in sec1.pem -outform DER -out pkcs8.der")
    try fixture.openssl("ec -in sec1.pem -outform DER -out sec1.der")
    try fixture.openssl("ec -in sec1.pem -no_public -out bare.pem")
    try fixture.openssl("pkey -in sec1.pem -pubout -outform DER -out public.der")
    try fixture.openssl("req -x509 -new -key sec1.pem -subj /CN=x -out certificate.pem")
    let certificate = try fixture.bytes("certificate.pem")
    try fixture.write(certificate + (try fixture.bytes("pkcs8.pem")) + certificate, to: "among.pem")
    let crlf = String(decoding: try fixture.bytes("pkcs8.pem"), as: UTF8.self).replacing("\n", with: "\r\n")
    try fixture.write(Array(crlf.utf8), to: "crlf.pem")
    let expected = try fixture.bytes("public.der")
    for name in ["sec1.pem", "pkcs8.pem", "bare.pem", "among.pem", "crlf.pem"] {
      let key = try PrivateKey(pem: try fixture.secret(name))
      #expect(key.publicKeyDER == expected, "\(name)")
      #expect(key.curve == curve)
    }
    for name in ["sec1.der", "pkcs8.der"] {
      #expect(try PrivateKey(der: try fixture.secret(name)).publicKeyDER == expected, "\(name)")
    }
  }

  @Test("a signature of a read key verifies with OpenSSL")
  func signs() throws {
    let fixture = try KeyFixture()
    try fixture.openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out key.pem")
    try fixture.openssl("pkey -in key.pem -pubout -out public.pem")
    guard case .p384(let key) = try PrivateKey(pem: try fixture.secret("key.pem")).key else {
      Issue.record("the key is not on P-384")
      return
    }
    try fixture.write(Array("message".utf8), to: "message")
    try fixture.write(Array(try key.signature(for: Data("message".utf8)).derRepresentation), to: "signature")
    #expect(
      try fixture.openssl("dgst -sha384 -verify public.pem -signature signature message") == "Verified OK\n")
  }

  @Test(
    "other keys and other files are refused with the reason",
    arguments: [
      ("genpkey -algorithm RSA -out key.pem", "it is an RSA key"),
      ("genpkey -algorithm ED25519 -out key.pem", "it is an Ed25519 key"),
      ("genpkey -algorithm X25519 -out key.pem", "it is an X25519 key"),
      ("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out key.pem", "a curve that is not used here"),
      (
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit -out key.pem",
        "its curve is not named"
      ),
      (
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes256 -pass file:passphrase -out key.pem",
        "passphrase is needed"
      ),
      ("ecparam -name prime256v1 -out key.pem", "no PRIVATE KEY or EC PRIVATE KEY block"),
      ("version -a", nil),
    ])
  func refusals(_ words: String, _ reason: String?) throws {
    let fixture = try KeyFixture()
    let output = try fixture.openssl(words)
    let pem = reason == nil ? try KeyFixture.secret(output) : try fixture.secret("key.pem")
    let refusal = KeyFixture.refusal { () throws(PrivateKeyError) in _ = try PrivateKey(pem: pem) }
    #expect("\(try #require(refusal))".contains(reason ?? "no PRIVATE KEY"))
  }

  @Test("a key in OpenSSL's old encryption is refused with what to do")
  func oldEncryption() throws {
    let fixture = try KeyFixture()
    try fixture.openssl("ecparam -name prime256v1 -genkey -noout -out sec1.pem")
    try fixture.openssl("ec -in sec1.pem -aes256 -passout file:passphrase -out old.pem")
    let pem = try fixture.secret("old.pem")
    let refusal = KeyFixture.refusal { () throws(PrivateKeyError) in _ = try PrivateKey(pem: pem) }
    #expect("\(try #require(refusal))".contains("openssl pkcs8 -topk8"))
  }

  @Test("no changed bit, no cut and no tail of the DER gives another key or a crash", arguments: KeyCurve.allCases)
  func damage(_ curve: KeyCurve) throws {
    let key = try PrivateKey.generate(curve)
    let der = KeyFixture.bytes(try key.der())
    for bit in 0..<(der.count * 8) {
      var changed = der
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      let secret = try KeyFixture.secret(changed)
      let refusal = KeyFixture.refusal { () throws(PrivateKeyError) in _ = try PrivateKey(der: secret) }
      #expect(refusal != nil, "bit \(bit)")
    }
    for count in 0..<der.count {
      let secret = try KeyFixture.secret(Array(der[..<count]))
      #expect(KeyFixture.refusal { () throws(PrivateKeyError) in _ = try PrivateKey(der: secret) } != nil)
    }
    let long = try KeyFixture.secret(der + [0])
    #expect(KeyFixture.refusal { () throws(PrivateKeyError) in _ = try PrivateKey(der: long) } != nil)
  }

  @Test("the second version of PKCS #8 must have its second public key, and the right one")
  func secondVersion() throws {
    let key = try PrivateKey.generate(.p256)
    let der = KeyFixture.bytes(try key.der())
    let other = try PrivateKey.generate(.p256).publicKeyDER.suffix(65)
    // RFC 5958: version 1, and the public key as an implicit bit string behind the private key.
    let head: [UInt8] = [0x30, 0x81, 0x87 + 68, 0x02, 0x01, 0x01] + der[6...] + [0x81, 66, 0]
    let good = try KeyFixture.secret(head + key.publicKeyDER.suffix(65))
    #expect(try PrivateKey(der: good).publicKeyDER == key.publicKeyDER)
    let foreign = try KeyFixture.secret(head + other)
    #expect(KeyFixture.refusal { () throws(PrivateKeyError) in _ = try PrivateKey(der: foreign) } == .foreignPublicKey)
    let bare = try KeyFixture.secret([0x30, 0x81, 0x87, 0x02, 0x01, 0x01] + der[6...])
    #expect(KeyFixture.refusal { () throws(PrivateKeyError) in _ = try PrivateKey(der: bare) } != nil)
  }

  @Test("two private keys in one file, and a block that does not end, are refused")
  func blocks() throws {
    let pem = KeyFixture.bytes(try PrivateKey.generate(.p256).pem())
    let two = try KeyFixture.secret(pem + pem)
    let twice = KeyFixture.refusal { () throws(PrivateKeyError) in _ = try PrivateKey(pem: two) }
    #expect(twice == .pem("there is more than one private key"))
    let cut = try KeyFixture.secret(Array(pem.dropLast(10)))
    let open = KeyFixture.refusal { () throws(PrivateKeyError) in _ = try PrivateKey(pem: cut) }
    #expect(open == .pem("the block \"PRIVATE KEY\" does not end"))
  }

  @Test("a private key of zero, or of the curve's order, is refused")
  func range() throws {
    let der = KeyFixture.bytes(try PrivateKey.generate(.p256).der())
    let order =
      "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"
    let numbers = [[UInt8](repeating: 0, count: 32), try #require(bytes(hex: order))]
    for number in numbers {
      let secret = try KeyFixture.secret(der[..<36] + number + der[68...])
      let refusal = KeyFixture.refusal { () throws(PrivateKeyError) in _ = try PrivateKey(der: secret) }
      #expect(refusal == .der("the private key is not a number of the curve P-256"))
    }
  }

  private func bytes(hex: String) -> [UInt8]? {
    let digits = hex.compactMap(\.hexDigitValue)
    guard digits.count == hex.count else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
