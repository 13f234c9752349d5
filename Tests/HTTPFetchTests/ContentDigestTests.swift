import HTTPFetch
import Testing

@Suite("Digests")
struct ContentDigestTests {
  // FIPS 180-2, appendix B.1 and C.1.
  static let sha256OfABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
  static let sha512OfABC =
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
    + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"

  @Test("the standard's example hashes as the standard says")
  func vectors() {
    #expect(ContentDigest.of(Array("abc".utf8), .sha256).hex == ContentDigestTests.sha256OfABC)
    #expect(ContentDigest.of(Array("abc".utf8), .sha512).hex == ContentDigestTests.sha512OfABC)
  }

  @Test("OCI's and Ignition's spelling of either case are read, and written as OCI's")
  func spellings() {
    let digest = "sha256:" + ContentDigestTests.sha256OfABC
    #expect(ContentDigest(digest)?.description == digest)
    #expect(ContentDigest("sha256-" + ContentDigestTests.sha256OfABC.uppercased())?.description == digest)
  }

  @Test(
    "what is no digest is none", arguments: ["", "sha256", "sha256:", "md5:00", "sha256:00", "sha512:" + sha256OfABC])
  func refused(text: String) {
    #expect(ContentDigest(text) == nil)
  }
}
