import SwiftASN1

/// Finds the blocks of one kind in a PEM text (RFC 7468) and leaves all others unread, so that a private key between
/// certificates never becomes text.
enum PEMText {
  /// The contents of the blocks with `label`, in order; `nil` where one of them is damaged.
  static func blocks(_ label: String, in file: [UInt8]) -> [[UInt8]]? {
    let begin = Array("-----BEGIN \(label)-----".utf8)
    let end = Array("-----END \(label)-----".utf8)
    var blocks: [[UInt8]] = []
    var open: Range<Int>?
    var position = 0
    while position < file.count {
      let lineEnd = file[position...].firstIndex(of: UInt8(ascii: "\n")) ?? file.count
      let line = file[position..<lineEnd]
      if line.starts(with: begin) {
        guard open == nil else { return nil }
        open = position..<position
      } else if let start = open, line.starts(with: end) {
        let text = String(decoding: file[start.lowerBound..<lineEnd], as: UTF8.self)
        do {
          blocks.append(try PEMDocument(pemString: text.filter { $0 != "\r" }).derBytes)
        } catch {
          return nil
        }
        open = nil
      }
      position = lineEnd + 1
    }
    return open == nil ? blocks : nil
  }

  /// A block, with a newline at its end.
  static func block(_ label: String, _ bytes: [UInt8]) -> [UInt8] {
    Array((PEMDocument(type: label, derBytes: bytes).pemString + "\n").utf8)
  }
}
