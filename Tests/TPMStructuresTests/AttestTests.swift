import Crypto
import CryptoExtras
import TPMStructures
import Testing

@Suite("Attestations and signatures, against swtpm")
struct AttestTests {
  private let vectors: Vectors
  private let nonce = Array("nonce".utf8)

  init() throws { vectors = try Vectors.tools.get() }

  private func attest(_ kind: String) throws -> Attest {
    let bytes = try vectors("attest.\(kind)")
    let attest = try Attest(wire: bytes)
    #expect(attest.wire == bytes)
    return attest
  }

  @Test("a quote holds nonce, PCRs and their hash")
  func quote() throws {
    let quote = try attest("quote")
    let values = [try vectors("pcr.sha256.7"), try vectors("pcr.sha256.13")]
    #expect(quote.extraData == nonce)
    #expect(
      quote.attested == .quote(try PCRSelection(.sha256, [7, 13]), digest: PolicyDigest.pcrDigest(of: values)))
    #expect(quote.clockInfo.safe)
    #expect(quote.clockInfo.clock > 0)
    #expect(quote.firmwareVersion > 0)
  }

  @Test("a certification names the object; its qualified name hangs on the owner hierarchy")
  func certify() throws {
    let name = try Name(wire: vectors("name.certified"))
    // TPM 2.0 part 1, 16.4: H(qualified name of the parent, name), and a hierarchy's is its handle.
    let owner: [UInt8] = [0x40, 0, 0, 1]
    let qualified = try Name(wire: [0, 0x0B] + HashAlgorithm.sha256.hash(owner + name.bytes))
    #expect(try attest("certify").attested == .certify(name, qualifiedName: qualified))
    let hash = Array(try vectors("creation.hash")[2...])
    #expect(try attest("creation").attested == .creation(name, creationHash: hash))
  }

  @Test("an NV certification holds the counter")
  func nv() throws {
    let name = try Name(wire: vectors("nv.name.written"))
    #expect(try attest("nv").attested == .nv(name, offset: 0, contents: vectors("nv.counter")))
  }

  @Test("a time attestation repeats the clock")
  func time() throws {
    let time = try attest("time")
    guard case .time(let uptime, let clock, _) = time.attested else {
      Issue.record("\(time.attested)")
      return
    }
    #expect(uptime > 0)
    #expect(clock.resetCount == time.clockInfo.resetCount)
    #expect(time.extraData == nonce)
  }

  @Test("the attestation key's ECDSA signature verifies over the attestation", arguments: ["quote", "certify"])
  func ecdsa(_ kind: String) throws {
    let bytes = try vectors("signature.\(kind)")
    let signature = try Signature(wire: bytes)
    #expect(signature.wire == bytes)
    let area = try PublicArea(sizedWire: vectors("public.ak"))
    guard case .ecc(_, let point) = area.content else {
      Issue.record("\(area.type)")
      return
    }
    let key = try P256.Signing.PublicKey(rawRepresentation: point.x + point.y)
    let raw = try #require(signature.ecdsaP256)
    let ecdsa = try P256.Signing.ECDSASignature(rawRepresentation: raw)
    #expect(key.isValidSignature(ecdsa, for: try vectors("attest.\(kind)")))
    #expect(Signature(ecdsaP256: raw)?.ecdsaP256 == raw)
  }

  @Test("an RSA signature keeps its bytes")
  func rsa() throws {
    let bytes = try vectors("signature.rsa")
    let signature = try Signature(wire: bytes)
    #expect(signature.wire == bytes)
    guard case .rsa(.rsassa, .sha256, let value) = signature else {
      Issue.record("\(signature)")
      return
    }
    #expect(value.count == 256)
    #expect(signature.ecdsaP256 == nil)
  }

  @Test("r and s with missing leading zeros are padded; longer ones are no P-256 signature")
  func padding() {
    let short = Signature.ecc(.ecdsa, hash: .sha256, r: [1], s: [2, 3])
    #expect(short.ecdsaP256 == [UInt8](repeating: 0, count: 31) + [1] + [UInt8](repeating: 0, count: 30) + [2, 3])
    #expect(Signature.ecc(.ecdsa, hash: .sha256, r: pattern(33, 0), s: [1]).ecdsaP256 == nil)
    #expect(Signature(ecdsaP256: pattern(63, 0)) == nil)
  }
}
