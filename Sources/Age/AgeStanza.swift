import BaseEncodings

/// One recipient stanza of a header: the file key, wrapped for one recipient. Source: c2sp.org/age, "Recipient stanza".
struct AgeStanza: Sendable, Hashable {
  /// The type and what the type adds, each of at least one visible ASCII character.
  var arguments: [[UInt8]]
  /// What the base64 below stands for.
  var body: [UInt8]
  /// The line of `->`, counted from 1; 0 in a header that is being written.
  var line = 0

  static let columns = 64

  /// The type.
  var type: [UInt8] { arguments.first ?? [] }

  /// The lines with their ends.
  var bytes: [UInt8] {
    var text = Array("->".utf8)
    for argument in arguments { text += [UInt8(ascii: " ")] + argument }
    text.append(UInt8(ascii: "\n"))
    let base64 = Base64.unpadded(body)
    // The last line is shorter than the columns, and so it is empty behind full ones.
    for start in stride(from: 0, through: base64.count, by: Self.columns) {
      text += base64[start..<min(start + Self.columns, base64.count)]
      text.append(UInt8(ascii: "\n"))
    }
    return text
  }
}
