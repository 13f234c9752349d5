import Crypto
import FoundationEssentials
public import SecretMemory
import TPMStructures

/// Named secrets, too large for a sealed object, encrypted (AES-256-GCM) under the 32-byte key that the object holds.
///
/// The block: `LLSB`, a version byte, the bundle's id (16 bytes), the nonce (12), the ciphertext, the tag (16). Id, cluster, node, epoch
/// and key id are authenticated with it.
public struct SealedBundle: Sendable, Hashable {
  /// A secret with its name.
  public struct Entry: Sendable {
    /// The name: 1 to 255 letters, digits, `.`, `_` and `-`.
    public var name: String
    /// The secret.
    public var value: SecretBytes

    /// An entry.
    public init(name: String, value: SecretBytes) {
      self.name = name
      self.value = value
    }
  }

  /// The bytes of the block.
  public let block: [UInt8]

  private static let header = Array("LLSB".utf8) + [1]
  private static let idSize = 16
  private static let nonceSize = 12
  private static let tagSize = 16
  /// The largest plaintext, in bytes.
  static let limit = 1 << 20

  /// The bundle that `block` is; nothing is decrypted.
  public init(block: [UInt8]) throws(SealedObjectError) {
    let fixed = Self.header.count + Self.idSize + Self.nonceSize + Self.tagSize
    guard block.count > fixed, block.count <= fixed + Self.limit, block.starts(with: Self.header) else {
      throw .bundle("is not a version 1 block")
    }
    self.block = block
  }

  /// Seals `entries` (sorted by name here) under `key`, 32 bytes. `nonce` (12 random bytes) must never serve the same key twice, and `id`
  /// (16 random bytes) names the bundle.
  public init(
    sealing entries: [Entry], key: SecretBytes, nonce: [UInt8], id: [UInt8], binding: BundleBinding
  ) throws(SealedObjectError) {
    guard key.count == 32, nonce.count == Self.nonceSize, id.count == Self.idSize else {
      throw .bundle("needs a key of 32, a nonce of 12 and an id of 16 bytes")
    }
    let plaintext = try BundleEntries.encode(entries)
    let head = Self.header + id
    let box = plaintext.withUnsafeBytes { text in
      key.withUnsafeBytes { key in
        try? AES.GCM.seal(
          text, using: SymmetricKey(data: key), nonce: AES.GCM.Nonce(data: nonce),
          authenticating: Self.authenticated(head, binding))
      }
    }
    guard let box else { throw .bundle("cannot be encrypted") }
    block = head + nonce + Array(box.ciphertext) + Array(box.tag)
  }

  /// SHA-256 of the block, which the sidecar names.
  public var digest: [UInt8] { HashAlgorithm.sha256.hash(block) }

  /// The entries, ascending by name.
  public func open(key: SecretBytes, binding: BundleBinding) throws(SealedObjectError) -> [Entry] {
    let head = Self.header.count + Self.idSize
    let start = head + Self.nonceSize
    let end = block.count - Self.tagSize
    guard key.count == 32 else { throw .bundleUnopened }
    let plaintext = key.withUnsafeBytes { key -> Data? in
      guard let nonce = try? AES.GCM.Nonce(data: block[head..<start]),
        let box = try? AES.GCM.SealedBox(nonce: nonce, ciphertext: block[start..<end], tag: block[end...])
      else { return nil }
      let aad = Self.authenticated(Array(block[..<head]), binding)
      return try? AES.GCM.open(box, using: SymmetricKey(data: key), authenticating: aad)
    }
    guard var plaintext else { throw .bundleUnopened }
    // The library gives plaintext back in ordinary memory only: it is copied into locked memory and wiped before anything else happens.
    defer { Self.wipe(&plaintext) }
    let locked: SecretBytes
    do throws(SecretMemoryError) {
      locked = try SecretBytes(count: plaintext.count) { buffer in
        _ = plaintext.copyBytes(to: buffer)
      }
    } catch {
      throw .memory(error)
    }
    Self.wipe(&plaintext)
    return try BundleEntries.decode(locked)
  }

  private static func authenticated(_ head: [UInt8], _ binding: BundleBinding) -> [UInt8] {
    var epoch = WireWriter()
    epoch.integer(binding.epoch)
    let parts = [Array(binding.cluster.utf8), Array(binding.node.utf8), epoch.bytes, binding.keyID.bytes, head]
    return parts.reduce(Array("ll-tpm bundle v1\0".utf8)) { $0 + PolicyContext.prefixed($1) }
  }

  @inline(never)
  private static func wipe(_ data: inout Data) {
    data.withUnsafeMutableBytes { bytes in
      for index in bytes.indices { bytes[index] = 0 }
    }
  }
}
