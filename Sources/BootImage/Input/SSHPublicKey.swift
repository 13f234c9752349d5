/// Checks a line of `authorized_keys` without repeating it: what somebody pastes there may be a private key.
enum SSHPublicKey {
  private static let types = [
    "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa",
    "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
  ]

  /// Why `text` is no public key, in words that follow the key's name; `nil` where it is one. Public key format:
  /// sshd(8), AUTHORIZED_KEYS FILE FORMAT, without options; the encoded key begins with its own type (RFC 4253, 6.6).
  static func fault(in text: String) -> String? {
    if Withheld.isPrivateKey(text) { return "is a private key: give the public one, and make a new pair" }
    guard !text.contains(where: { $0.isNewline }) else { return "must be one line" }
    let words = text.split(separator: " ", maxSplits: 2)
    guard let type = words.first, types.contains(String(type)) else {
      return "must begin with a key type: " + types.joined(separator: ", ")
    }
    guard words.count >= 2, let blob = decodeBase64(words[1].utf8) else { return "has no base64 key after \(type)" }
    let name = Array(type.utf8)
    guard blob.count > 4 + name.count, blob[..<4].elementsEqual([0, 0, 0, UInt8(name.count)]),
      blob[4...].starts(with: name)
    else { return "is damaged: its base64 part is not a key of type \(type)" }
    return words.count == 3 ? fault(inComment: words[2]) : nil
  }

  private static func fault(inComment comment: Substring) -> String? {
    guard comment.unicodeScalars.allSatisfy(\.isVisible) else {
      return "has a comment with a character that is not printable"
    }
    guard comment.unicodeScalars.count <= 128 else { return "has a comment of more than 128 characters" }
    guard !Withheld.hasBlob(comment, hexadecimal: true) else {
      return "has a comment that may hold a private key: 64 or more characters of base64 in a row"
    }
    return nil
  }

  private static func decodeBase64(_ text: Substring.UTF8View) -> [UInt8]? {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    var padding = 0
    for byte in text {
      let value: UInt32
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = UInt32(byte - UInt8(ascii: "A"))
      case UInt8(ascii: "a")...UInt8(ascii: "z"): value = UInt32(byte - UInt8(ascii: "a")) + 26
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = UInt32(byte - UInt8(ascii: "0")) + 52
      case UInt8(ascii: "+"): value = 62
      case UInt8(ascii: "/"): value = 63
      case UInt8(ascii: "="):
        padding += 1
        continue
      default: return nil
      }
      guard padding == 0 else { return nil }
      bits = bits << 6 | value
      count += 1
      if count % 4 == 0 {
        bytes += [UInt8(bits >> 16 & 255), UInt8(bits >> 8 & 255), UInt8(bits & 255)]
        bits = 0
      }
    }
    guard (count + padding) % 4 == 0, padding <= 2 else { return nil }
    if count % 4 == 3 { bytes += [UInt8(bits >> 10 & 255), UInt8(bits >> 2 & 255)] }
    if count % 4 == 2 { bytes.append(UInt8(bits >> 4 & 255)) }
    return bytes
  }
}
