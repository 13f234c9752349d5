import Diagnostics

/// Turns byte offsets into lines and columns in one pass, without an index of all lines.
enum SourcePlaces {
  /// The places of `offsets`, in their order.
  static func positions(of offsets: [Int], in bytes: [UInt8]) -> [SourcePosition] {
    var positions = offsets.map { _ in SourcePosition(line: 1, column: 1) }
    var line = 1
    var lineStart = 0
    var index = 0
    for wanted in offsets.indices.sorted(by: { offsets[$0] < offsets[$1] }) {
      let offset = min(offsets[wanted], bytes.count)
      while index < offset {
        if bytes[index] == UInt8(ascii: "\n") {
          line += 1
          lineStart = index + 1
        }
        index += 1
      }
      positions[wanted] = SourcePosition(line: line, column: offset - lineStart + 1)
    }
    return positions
  }
}
