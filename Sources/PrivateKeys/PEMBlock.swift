import BaseEncodings
import SecretMemory

/// Blocks of PEM (RFC 7468) in text that may hold others around them, and may be secret.
struct PEMBlock {
  /// What stands after `BEGIN`.
  let label: String
  /// Where the lines between the two boundaries lie in the text.
  let body: Range<Int>

  private static let dashes = "-----"
  private static let width = 64

  /// The blocks of `text`. ``PrivateKeyError/pem(_:)`` where one does not end as it begins.
  static func blocks(of text: UnsafeRawBufferPointer) throws(PrivateKeyError) -> [PEMBlock] {
    var blocks: [PEMBlock] = []
    var open: (label: String, start: Int)?
    var start = 0
    while start < text.count {
      let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
      let line = text[start..<end]
      start = end + 1
      if let label = label(of: line, after: "BEGIN ") {
        if let open { throw .pem("the block \(open.label.debugDescription) does not end") }
        open = (label, min(start, text.count))
      } else if let label = label(of: line, after: "END ") {
        guard let begun = open, begun.label == label else {
          throw .pem("the block \(label.debugDescription) ends without a start")
        }
        blocks.append(PEMBlock(label: label, body: begun.start..<line.startIndex))
        open = nil
      }
    }
    if let open { throw .pem("the block \(open.label.debugDescription) does not end") }
    return blocks
  }

  /// What the base64 of this block of `text` stands for.
  func content(in text: UnsafeRawBufferPointer) throws(PrivateKeyError) -> SecretBytes {
    let lines = text[body]
    guard !lines.contains(UInt8(ascii: ":")) else {
      throw .encryption("it is OpenSSL's old one (Proc-Type, DEK-Info); write the key again with openssl pkcs8 -topk8")
    }
    let characters = lines.lazy.filter { !Self.isBlank($0) }
    let content: SecretBytes
    do throws(SecretMemoryError) {
      content = try SecretBytes(capacity: characters.count / 4 * 3) { Base64.decode(characters, into: $0) ?? 0 }
    } catch {
      throw .memory(error)
    }
    guard content.count > 0 else { throw .pem("the base64 of the block \(label.debugDescription) is damaged") }
    return content
  }

  /// How many bytes ``write(label:content:into:)`` writes.
  static func length(label: String, content count: Int) -> Int {
    let base64 = Base64.length(of: count)
    return 2 * (label.utf8.count + dashes.utf8.count * 2 + 1) + "BEGIN END ".utf8.count
      + base64 + (base64 + width - 1) / width
  }

  /// Writes one block, 64 columns and LF, into `buffer`.
  static func write(
    label: String, content: UnsafeRawBufferPointer, into buffer: UnsafeMutableRawBufferPointer
  ) {
    var place = 0
    func append(_ byte: UInt8) {
      buffer[place] = byte
      place += 1
    }
    (dashes + "BEGIN " + label + dashes + "\n").utf8.forEach(append)
    let count = Base64.length(of: content.count)
    for index in 0..<count {
      append(Base64.character(index, of: content))
      if index % width == width - 1 || index == count - 1 { append(UInt8(ascii: "\n")) }
    }
    (dashes + "END " + label + dashes + "\n").utf8.forEach(append)
  }

  /// One block of what is not secret.
  static func text(label: String, content: [UInt8]) -> [UInt8] {
    var text = [UInt8](repeating: 0, count: length(label: label, content: content.count))
    text.withUnsafeMutableBytes { text in content.withUnsafeBytes { write(label: label, content: $0, into: text) } }
    return text
  }

  private static func label(of line: Slice<UnsafeRawBufferPointer>, after word: String) -> String? {
    let start = (dashes + word).utf8
    guard line.starts(with: start) else { return nil }
    var rest = line.dropFirst(start.count)
    while let last = rest.last, isBlank(last) { rest.removeLast() }
    guard rest.reversed().starts(with: dashes.utf8) else { return nil }
    return String(decoding: rest.dropLast(dashes.utf8.count), as: UTF8.self)
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n")].contains(byte)
  }
}
