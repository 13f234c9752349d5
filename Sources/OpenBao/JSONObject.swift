import SecretMemory

/// A request's body, written member by member: secrets go from their memory into it without becoming a `String`.
struct JSONObject {
  private var text: [UInt8] = [UInt8(ascii: "{")]

  /// The object, closed.
  var bytes: [UInt8] { text + [UInt8(ascii: "}")] }

  mutating func add(_ name: String, _ value: String) {
    begin(name)
    quote(Array(value.utf8))
  }

  mutating func add(_ name: String, _ value: SecretBytes) {
    begin(name)
    value.withUnsafeBytes { quote($0) }
  }

  mutating func add(_ name: String, _ flag: Bool) {
    begin(name)
    text += flag ? "true".utf8 : "false".utf8
  }

  private mutating func begin(_ name: String) {
    if text.count > 1 { text.append(UInt8(ascii: ",")) }
    quote(Array(name.utf8))
    text.append(UInt8(ascii: ":"))
  }

  private mutating func quote(_ bytes: some Sequence<UInt8>) {
    text.append(UInt8(ascii: "\""))
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
      case 0..<0x20:
        text += "\\u00".utf8
        text.append(byte < 0x10 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
        let digit = byte & 0x0F
        text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      default: text.append(byte)
      }
    }
    text.append(UInt8(ascii: "\""))
  }
}
