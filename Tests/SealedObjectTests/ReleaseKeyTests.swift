import Foundation
import SealedObject
import TestSupport
import Testing

@Suite("Release key")
struct ReleaseKeyTests {
  @Test("PKCS #8 and SEC 1 with its parameters hold the same key", arguments: ["release.pem", "release-sec1.pem"])
  func forms(name: String) throws {
    let key = try ReleaseKey.Private(pem: try Samples.secret(try Samples.fixture(name)))
    #expect(key.publicKey == (try Samples.releaseKey()))
    #expect(key.publicKey.pem == (try Samples.fixture("release.pub.pem")))
  }

  @Test("an encrypted key is refused with what to do")
  func encrypted() throws {
    let pem = try Samples.secret(try Samples.fixture("release-encrypted.pem"))
    #expect { try ReleaseKey.Private(pem: pem) } throws: { "\($0)".contains("openssl pkey") }
  }

  @Test("a public key is no private key, and no file neither")
  func noKey() throws {
    for bytes in [try Samples.fixture("release.pub.pem"), [], Array("-----BEGIN PRIVATE KEY-----\n".utf8)] {
      let pem = try Samples.secret(bytes)
      #expect(throws: SealedObjectError.self) { try ReleaseKey.Private(pem: pem) }
    }
  }

  @Test("a flipped bit in the public key's DER is never the same key")
  func flips() throws {
    let key = try Samples.releaseKey()
    for bit in 0..<(key.der.count * 8) {
      var der = key.der
      der[bit / 8] ^= 1 << UInt8(bit % 8)
      let other = try? ReleaseKey(der: der)
      #expect(other != key)
    }
  }
}
