import BaseEncodings

/// Blocks of PEM in the strict form of RFC 7468: 64 columns, LF, nothing around or between the blocks.
///
/// The form is the one that tpm2-tools, OpenSSL's providers and swift-asn1 write; one content has one text, so that every changed byte shows.
struct PEMText: Sendable, Hashable {
  /// One block.
  struct Block: Sendable, Hashable {
    /// What stands after `BEGIN`.
    var label: String
    /// What the base64 stands for.
    var content: [UInt8]
  }

  /// The blocks in order.
  var blocks: [Block]

  private static let begin = "-----BEGIN "
  private static let end = "-----END "
  private static let dashes = "-----"

  /// The text.
  var bytes: [UInt8] {
    var text: [UInt8] = []
    for block in blocks {
      text += (Self.begin + block.label + Self.dashes + "\n").utf8
      let base64 = Base64.text(block.content)
      for start in stride(from: 0, to: base64.count, by: 64) {
        text += base64[start..<min(start + 64, base64.count)]
        text.append(UInt8(ascii: "\n"))
      }
      text += (Self.end + block.label + Self.dashes + "\n").utf8
    }
    return text
  }

  init(_ blocks: [Block]) { self.blocks = blocks }

  /// The blocks of `text`, which must be exactly what ``bytes`` writes for them.
  init(strict text: [UInt8]) throws(SealedObjectError) {
    blocks = []
    var label: String?
    var base64: [UInt8] = []
    for (index, line) in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      let place = "line \(index + 1)"
      if let open = label {
        if line.elementsEqual((Self.end + open + Self.dashes).utf8) {
          guard let content = Base64.bytes(base64) else { throw .pem("\(place): the base64 above is not canonical") }
          blocks.append(Block(label: open, content: content))
          label = nil
          base64 = []
        } else {
          guard line.count <= 64 else { throw .pem("\(place) is longer than 64 columns") }
          base64 += line
        }
      } else if line.starts(with: Self.begin.utf8), line.reversed().starts(with: Self.dashes.utf8),
        line.count > Self.begin.utf8.count + Self.dashes.utf8.count
      {
        label = String(decoding: line.dropFirst(Self.begin.utf8.count).dropLast(Self.dashes.utf8.count), as: UTF8.self)
      } else if !line.isEmpty {
        throw .pem("\(place) is outside of a block")
      }
    }
    if let label { throw .pem("the block \(label.debugDescription) does not end") }
    guard bytes == text else { throw .pem("it is not in the one form that is written (64 columns, LF)") }
  }
}
