import Crypto
import Foundation
import SealedObject
import Testing

@Suite("Sealed bundle")
struct SealedBundleTests {
  @Test("entries come back sorted, and CryptoKit's own GCM opens the block by the documented layout")
  func opens() throws {
    let (file, sidecar) = try Samples.standard()
    let bundle = try #require(file.bundle)
    let entries = try bundle.open(key: try Samples.secret(Samples.key32), binding: sidecar.bundleBinding)
    #expect(entries.map(\.name) == ["Seal.key", "listener.key"])
    #expect(entries.map { Samples.bytes($0.value) } == [Array("seal".utf8), Array("listener".utf8)])

    func prefixed(_ bytes: [UInt8]) -> [UInt8] { [0, 0, 0, UInt8(bytes.count)] + bytes }
    let head = Array("LLSB\u{1}".utf8) + [UInt8](1...16)
    var hash = SHA256()
    hash.update(data: Array("ll-tpm key id v1\0".utf8) + Samples.key32)
    let parts = [
      Array("prod".utf8), Array("master-1".utf8), [0, 0, 0, 0, 0, 0, 0, 1], Array(hash.finalize()), head,
    ]
    let box = try AES.GCM.SealedBox(combined: bundle.block.dropFirst(head.count))
    let plaintext = try AES.GCM.open(
      box, using: SymmetricKey(data: Samples.key32),
      authenticating: Array("ll-tpm bundle v1\0".utf8) + parts.flatMap(prefixed))
    let expected: [UInt8] =
      [0, 2, 0, 8] + Array("Seal.key".utf8) + [0, 0, 0, 4] + Array("seal".utf8) + [0, 12]
      + Array("listener.key".utf8) + [0, 0, 0, 8] + Array("listener".utf8)
    #expect(Array(plaintext) == expected)
  }

  @Test("another cluster, node, epoch or key id does not open it, nor another key")
  func binds() throws {
    let (file, sidecar) = try Samples.standard()
    let bundle = try #require(file.bundle)
    let key = try Samples.secret(Samples.key32)
    let changes: [(inout BundleBinding) -> Void] = [
      { $0.cluster = "prodm" }, { $0.node = "master-2" }, { $0.epoch = 2 },
      { $0.keyID = KeyID(String(repeating: "00", count: 32)) ?? $0.keyID },
    ]
    for change in changes {
      var binding = sidecar.bundleBinding
      change(&binding)
      #expect(throws: SealedObjectError.bundleUnopened) { try bundle.open(key: key, binding: binding) }
    }
    let other = try Samples.secret([UInt8](repeating: 1, count: 32))
    #expect(throws: SealedObjectError.bundleUnopened) {
      try bundle.open(key: other, binding: sidecar.bundleBinding)
    }
  }

  @Test("every flipped bit of the block is refused when it is opened, if not before")
  func flips() throws {
    let (file, sidecar) = try Samples.standard()
    let block = try #require(file.bundle).block
    let key = try Samples.secret(Samples.key32)
    for bit in 0..<(block.count * 8) {
      var flipped = block
      flipped[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: SealedObjectError.self) {
        try SealedBundle(block: flipped).open(key: key, binding: sidecar.bundleBinding)
      }
    }
  }

  @Test(
    "names that are empty, twice there or of other characters are refused",
    arguments: ["", "a/b", "a b", "é", "x"])
  func names(name: String) throws {
    let value = try Samples.secret([1])
    let entries = ["x", name].map { SealedBundle.Entry(name: $0, value: value) }
    let key = try Samples.secret(Samples.key32)
    let binding = try Samples.tpmOnly().sidecar.bundleBinding
    #expect(throws: SealedObjectError.self) {
      try SealedBundle(
        sealing: entries, key: key, nonce: [UInt8](1...12), id: [UInt8](1...16), binding: binding)
    }
  }
}
