import Foundation
import SealedObject
import TPMStructures
import Testing

@Suite("TSS2 key files")
struct TSS2PrivateKeyTests {
  @Test(
    "a file of tpm2-tools, of OpenSSL's provider or of openssl-asn1parse is read and printed again byte for byte",
    arguments: [
      ("tpm2-tools-sealed.pem", TSS2PrivateKey.Kind.loadable, TSS2PrivateKey.EmptyAuth.no, 0x8100_0001 as UInt32),
      ("tpm2-tools-sealed-auth.pem", .loadable, .nonDERTrue, 0x8100_0001),
      ("tpm2-tools-key.pem", .loadable, .no, 0x8100_0001),
      ("openssl-provider-owner.pem", .loadable, .nonDERTrue, 0x4000_0001),
      ("openssl-provider-persistent.pem", .loadable, .nonDERTrue, 0x8100_0001),
      ("every-field.pem", .importable, .yes, 0x8100_0001), ("negative-parent.pem", .sealed, .yes, 0x8100_0001),
    ])
  func readsOthers(
    name: String, kind: TSS2PrivateKey.Kind, emptyAuth: TSS2PrivateKey.EmptyAuth, parent: UInt32
  ) throws {
    let pem = try Samples.fixture(name)
    let file = try SealedFile(pem: pem)
    #expect(file.key.kind == kind)
    #expect(file.key.emptyAuth == emptyAuth)
    #expect(file.key.parent == parent)
    #expect(file.key.isSealedData == !(name.contains("key") || name.contains("provider")))
    #expect(try file.pem() == pem)
  }

  @Test("the exported parts are the files that tpm2_create wrote")
  func exports() throws {
    let key = try SealedFile(pem: try Samples.fixture("tpm2-tools-sealed.pem")).key
    #expect(key.exportedPublic == (try Samples.fixture("tpm2-tools-sealed.pub")))
    #expect(key.exportedPrivate == (try Samples.fixture("tpm2-tools-sealed.priv")))
  }

  @Test("every optional field is read")
  func everyField() throws {
    let key = try SealedFile(pem: try Samples.fixture("every-field.pem")).key
    let policy = [
      TSS2PrivateKey.PolicyCommand(code: 0x17F, parameters: [0, 0, 0, 1, 0, 0x0B, 3, 0x80, 0, 0]),
      TSS2PrivateKey.PolicyCommand(code: 0x16B, parameters: []),
    ]
    #expect(key.policy == policy)
    #expect(key.authPolicy == [TSS2PrivateKey.AuthPolicy(name: "release 7", policy: policy)])
    #expect(key.secret == [0xAA, 0xBB, 0xCC, 0xDD])
    #expect(key.description == "node key")
    #expect(key.rsaParent == false)
    #expect(try SealedFile(pem: try Samples.fixture("negative-parent.pem")).key.parentIsSigned)
  }

  @Test("what is written is the DER that openssl made of the same fields")
  func writes() throws {
    var key = try SealedFile(pem: try Samples.fixture("negative-parent.pem")).key
    key.parentIsSigned = false
    let ours = TSS2PrivateKey(
      .sealed, emptyAuth: true, parent: 0x8100_0001, publicArea: key.publicArea, privateArea: key.privateArea)
    #expect(ours == key)
    #expect(try SealedFile(pem: try SealedFile(key: ours).pem()).key == ours)
  }

  @Test(
    "a file in another form is refused",
    arguments: [
      ("\n-----END", "\n\n-----END"), ("-----\nMI", "-----\r\nMI"), ("KEY-----\nMI", "KEY-----\n\nMI"),
      ("-----BEGIN", " -----BEGIN"), ("-----BEGIN", "text\n-----BEGIN"), ("TSS2 PRIVATE", "RSA PRIVATE"),
      ("gZngQUK", "gZng\nQUK"), ("MI", "M I"),
      ("\n-----END TSS2 PRIVATE KEY-----\n", "\n-----END TSS2 PRIVATE KEY-----"),
    ])
  func refusesForms(from: String, to: String) throws {
    let pem = String(decoding: try Samples.fixture("tpm2-tools-sealed.pem"), as: UTF8.self)
    let text = pem.replacingOccurrences(of: from, with: to)
    try #require(text != pem)
    #expect(throws: SealedObjectError.self) { try SealedFile(pem: Array(text.utf8)) }
  }
}
