import BaseEncodings
import SecretMemory

/// Reads a private key's PEM without the key leaving locked memory.
enum PrivateKeyPEM {
  private static let labels = ["PRIVATE KEY", "EC PRIVATE KEY"]

  /// The DER of the private key in `pem`.
  static func der(of pem: SecretBytes) throws(SealedObjectError) -> SecretBytes {
    var refusal = SealedObjectError.privateKey("there is no PRIVATE KEY or EC PRIVATE KEY block")
    var der: SecretBytes?
    pem.withUnsafeBytes { text in
      if find("ENCRYPTED PRIVATE KEY", in: text) != nil {
        refusal = .privateKey("it is encrypted; decrypt it onto a tmpfs first (openssl pkey)")
      }
      for label in labels {
        guard let body = find(label, in: text) else { continue }
        do throws(SealedObjectError) {
          der = try decoded(text[body])
        } catch {
          refusal = error
        }
      }
    }
    guard let der else { throw refusal }
    return der
  }

  private static func decoded(_ body: Slice<UnsafeRawBufferPointer>) throws(SealedObjectError) -> SecretBytes {
    let characters = body.lazy.filter { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    do {
      let der = try SecretBytes(capacity: characters.count / 4 * 3) { Base64.decode(characters, into: $0) ?? 0 }
      guard der.count > 0 else { throw SealedObjectError.privateKey("its base64 is not canonical") }
      return der
    } catch let error as SecretMemoryError {
      throw .memory(error)
    } catch let error as SealedObjectError {
      throw error
    } catch {
      throw .privateKey("\(error)")
    }
  }

  /// Where the base64 of the block `label` lies.
  private static func find(_ label: String, in text: UnsafeRawBufferPointer) -> Range<Int>? {
    guard let begin = offset(of: "-----BEGIN \(label)-----", in: text, from: 0) else { return nil }
    let start = begin + label.utf8.count + 16
    guard let end = offset(of: "-----END \(label)-----", in: text, from: start) else { return nil }
    return start..<end
  }

  private static func offset(of words: String, in text: UnsafeRawBufferPointer, from start: Int) -> Int? {
    let words = Array(words.utf8)
    guard text.count - start >= words.count else { return nil }
    return (start...(text.count - words.count)).first { place in text[place...].starts(with: words) }
  }
}
