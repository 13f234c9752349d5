import BaseEncodings
import Crypto
import TPMStructures
import Testing

@Suite("Public areas and names, against swtpm and tpm2-tools")
struct PublicAreaTests {
  static let kinds = (try? Vectors.tools.get().keys("public.")) ?? []

  @Test("every kind of public area decodes, encodes to the same bytes and has the TPM's name", arguments: kinds)
  func roundTrip(_ kind: String) throws {
    let vectors = try Vectors.tools.get()
    let bytes = try vectors("public.\(kind)")
    let area = try PublicArea(sizedWire: bytes)
    #expect(area.sizedWire == bytes)
    #expect(try PublicArea(wire: Array(bytes[2...])) == area)
    #expect(area.name.bytes == (try vectors("name.\(kind)")))
    #expect(try Name(wire: area.name.bytes) == area.name)
  }

  @Test("the vectors hold every kind")
  func kindsAreThere() {
    #expect(
      Set(Self.kinds).isSuperset(of: [
        "srk", "sealed", "hmac", "cipher", "p384", "rsa", "ecdaa", "sha1", "eccEK", "rsaEK", "external", "ak", "rsaAK",
      ]))
  }

  @Test("fields are what the tools were asked for")
  func fields() throws {
    let vectors = try Vectors.tools.get()
    let cipher = try PublicArea(sizedWire: vectors("public.cipher"))
    guard case .symmetricCipher(let definition, _) = cipher.content else {
      Issue.record("\(cipher.type)")
      return
    }
    #expect(definition == SymmetricDefinition(.aes, keyBits: 256, mode: .cfb))
    let p384 = try PublicArea(sizedWire: vectors("public.p384"))
    guard case .ecc(let parameters, let point) = p384.content else {
      Issue.record("\(p384.type)")
      return
    }
    #expect(parameters == ECCParameters(scheme: .hashed(.ecdsa, .sha384), curve: .p384))
    #expect(point.x.count == 48)
    #expect(p384.nameAlgorithm == .sha384)
    let rsa = try PublicArea(sizedWire: vectors("public.rsa"))
    guard case .rsa(let rsaParameters, let modulus) = rsa.content else {
      Issue.record("\(rsa.type)")
      return
    }
    #expect(rsaParameters == RSAParameters(scheme: .hashed(.rsapss, .sha256), keyBits: 2048))
    #expect(modulus.count == 256)
    let sealed = try PublicArea(sizedWire: vectors("public.sealed"))
    #expect(sealed.authPolicy == [UInt8](repeating: 0, count: 32))
    #expect(sealed.attributes == [.fixedTPM, .fixedParent, .userWithAuth, .noDA])
    #expect(sealed.attributes.description == "fixedtpm|fixedparent|userwithauth|noda")
  }

  @Test("templates are the public areas that the tools' own templates give, but for the key")
  func templates() throws {
    let vectors = try Vectors.tools.get()
    for (kind, template) in [
      ("srk", PublicArea.eccStorageRootKey), ("eccEK", .eccEndorsementKey), ("rsaEK", .rsaEndorsementKey),
    ] {
      var made = try PublicArea(sizedWire: vectors("public.\(kind)"))
      switch (made.content, template.content) {
      case (.ecc(let parameters, _), .ecc(_, let point)): made.content = .ecc(parameters, point)
      case (.rsa(let parameters, _), .rsa(_, let modulus)): made.content = .rsa(parameters, modulus: modulus)
      default: break
      }
      #expect(made == template, "\(kind)")
    }
    let sealed = try PublicArea(sizedWire: vectors("public.sealed"))
    var ours = PublicArea.sealedObject(authPolicy: sealed.authPolicy, fixed: true, userWithAuth: true)
    ours.content = sealed.content
    #expect(ours == sealed)
  }

  @Test("the endorsement key's policy is the published one")
  func publishedPolicy() {
    // TCG EK Credential Profile 2.5, B.3.3.
    let published = "837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa"
    #expect(Hexadecimal.text(PublicArea.eccEndorsementKey.authPolicy) == published)
    #expect(Hexadecimal.text(PublicArea.rsaEndorsementKey.authPolicy) == published)
  }

  @Test("a release key only verifies, with the point that OpenSSL wrote")
  func releaseKey() throws {
    let vectors = try Vectors.tools.get()
    let key = try P256.Signing.PublicKey(x963Representation: vectors("release.x963"))
    let area = PublicArea.releaseKey(key)
    let external = try PublicArea(sizedWire: vectors("public.external"))
    guard case .ecc(let parameters, let point) = area.content, case .ecc(_, let theirs) = external.content else {
      Issue.record("no ECC key")
      return
    }
    #expect(point == theirs)
    #expect(parameters.scheme == .ecdsaSHA256)
    #expect(area.attributes == [.userWithAuth, .signEncrypt])
  }

  @Test("an NV index has the TPM's name, before and after it is written")
  func nvNames() throws {
    let vectors = try Vectors.tools.get()
    var area = NVPublic(
      index: 0x0180_4C4C, attributes: [.counter, .ownerWrite, .ownerRead, .authRead, .noDA],
      authPolicy: try vectors("nv.policy"), dataSize: 8)
    #expect(area.name.bytes == (try vectors("nv.name.unwritten")))
    area.attributes.insert(.written)
    #expect(area.name.bytes == (try vectors("nv.name.written")))
    #expect(area.attributes.type == 1)
    #expect(try NVPublic(sizedWire: area.sizedWire) == area)
  }
}
