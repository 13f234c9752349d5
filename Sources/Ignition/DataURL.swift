import BaseEncodings

/// `data:` URLs (RFC 2397) as Ignition reads and writes them: bytes inside a config.
public enum DataURL {
  /// The shorter of the two forms of `bytes`: percent-encoded, or Base64. Percent-encoded where both are as long.
  public static func encode(_ bytes: [UInt8]) -> String {
    let unescaped = unescaped
    var plain = 0
    for byte in bytes { plain += unescaped.contains(byte) ? 1 : 3 }
    let base64 = Base64.length(of: bytes.count) + ";base64".utf8.count
    var text = Array("data:".utf8)
    if plain <= base64 {
      text.reserveCapacity(text.count + plain + 1)
      text.append(UInt8(ascii: ","))
      for byte in bytes {
        if unescaped.contains(byte) {
          text.append(byte)
        } else {
          text.append(UInt8(ascii: "%"))
          text.append(Hexadecimal.upper(byte >> 4))
          text.append(Hexadecimal.upper(byte & 15))
        }
      }
    } else {
      text.append(contentsOf: ";base64,".utf8)
      Base64.append(bytes, to: &text)
    }
    return String(decoding: text, as: UTF8.self)
  }

  // RFC 2396 "uric" without "%": what a URL may hold as it is. A "#" would end the URL, and the brackets came later.
  private static let unescaped = ByteSet("-_.!~*'();/?:@&=+$,", withLettersAndDigits: true)
}
