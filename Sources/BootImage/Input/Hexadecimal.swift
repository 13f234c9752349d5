/// Checks hexadecimal digests.
enum Hexadecimal {
  /// Why `text` is not `digits` lower-case hexadecimal digits, in words that follow a name; `nil` where it is.
  static func fault(in text: some StringProtocol, digits: Int) -> String? {
    let bytes = text.utf8
    let isHex = bytes.allSatisfy {
      (0x30...0x39).contains($0) || (0x61...0x66).contains($0) || (0x41...0x46).contains($0)
    }
    guard isHex else { return "holds something other than hexadecimal digits" }
    guard bytes.count == digits else { return "has \(bytes.count) hexadecimal digits instead of \(digits)" }
    return bytes.contains { (0x41...0x46).contains($0) } ? "must be in lower case" : nil
  }
}
