import Crypto
import Foundation

/// The keys of `seal "static"`, read once when the server starts (go-kms-wrapping as OpenBao has it, `wrappers/static`).
struct SealKeys: Sendable {
  struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
    var description: String
    init(_ words: String) { description = "Error configuring seal \"static\": " + words }
  }

  let currentID: String
  private let keys: [String: SymmetricKey]

  init(_ seal: ServerConfiguration.StaticSeal) throws(Fault) {
    currentID = seal.currentKeyID
    var keys = [seal.currentKeyID: try Self.key(seal.currentKey, "current")]
    if let id = seal.previousKeyID, let source = seal.previousKey {
      let key = try Self.key(source, "previous")
      let isSame = key == keys[seal.currentKeyID]
      if isSame && id != seal.currentKeyID {
        throw Fault("current and previous key material match with different key identifiers")
      }
      if !isSame && id == seal.currentKeyID {
        throw Fault("current and previous key material differs with same key identifiers")
      }
      keys[id] = key
    }
    self.keys = keys
  }

  private static func key(_ source: String, _ which: String) throws(Fault) -> SymmetricKey {
    let bytes: [UInt8]
    if source.hasPrefix("file://") {
      do throws(FileText.Fault) { bytes = try FileText.bytes(of: String(source.dropFirst(7))) } catch {
        throw Fault("error reading file at \(source): \(error)")
      }
    } else if source.hasPrefix("env://") {
      bytes = Array((Environment.value(of: String(source.dropFirst(6))) ?? "").utf8)
    } else {
      bytes = Array(source.utf8)
    }
    if bytes.isEmpty { throw Fault("missing required \(which) key") }
    let text = String(decoding: bytes, as: UTF8.self)
    switch bytes.count {
    case 32: return SymmetricKey(data: bytes)
    case 64:
      guard let decoded = Hex.bytes(text) else {
        let bad = text.first { !$0.isHexDigit } ?? "?"
        let scalar = String(bad.unicodeScalars.first?.value ?? 0, radix: 16, uppercase: true)
        throw Fault(
          "failed to hex decode \(which) key: encoding/hex: invalid byte: U+\(String(repeating: "0", count: max(0, 4 - scalar.count)))\(scalar) '\(bad)'"
        )
      }
      return SymmetricKey(data: decoded)
    case 43, 44:
      // The one of 43 characters is the alphabet for URLs, without padding.
      let standard = text.count == 44 ? text : text.replacing("-", with: "+").replacing("_", with: "/") + "="
      guard let decoded = Data(base64Encoded: standard), decoded.count == 32 else {
        throw Fault("failed to base64 decode \(which) key")
      }
      return SymmetricKey(data: decoded)
    default: throw Fault("unknown encoding for AES-256 key: must be either a raw, hex, or base64-encoded")
    }
  }

  /// Encrypts under the current key.
  func wrap(_ plain: [UInt8]) throws -> JSONValue {
    guard let key = keys[currentID], let box = try AES.GCM.seal(plain, using: key).combined else {
      throw Fault("no current key")
    }
    return ["key_id": .string(currentID), "wrapped": .string(box.base64EncodedString())]
  }

  /// Opens what ``wrap(_:)`` made, under whichever of the keys it names.
  func unwrap(_ wrapped: JSONValue) throws -> [UInt8] {
    let id = wrapped[key: "key_id"].text ?? ""
    guard let key = keys[id] else {
      throw GoTemplateError(
        "fetching stored unseal keys failed: invalid key: failed to decrypt keys from storage: unknown key_id \"\(id)\""
      )
    }
    guard let data = Data(base64Encoded: wrapped[key: "wrapped"].text ?? ""),
      let box = try? AES.GCM.SealedBox(combined: data),
      let plain = try? AES.GCM.open(box, using: key)
    else {
      throw GoTemplateError(
        "fetching stored unseal keys failed: invalid key: failed to decrypt keys from storage: failed to open ciphertext: cipher: message authentication failed"
      )
    }
    return Array(plain)
  }
}
