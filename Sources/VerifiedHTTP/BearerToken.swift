/// What may stand in a header or a request as a bearer token.
public enum BearerToken {
  private static let others = Set("-._~+/=".utf8)

  /// Whether the bytes are one: RFC 6750, b64token.
  public static func isOne(_ bytes: some Collection<UInt8>) -> Bool {
    !bytes.isEmpty
      && bytes.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "a")...UInt8(ascii: "z"):
          true
        default: others.contains(byte)
        }
      }
  }
}
