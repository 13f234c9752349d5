/// How hard a masked code is to read: the mask with the least is taken. Source: ISO/IEC 18004, 7.8.3.
enum QRCodePenalty {
  /// The sum over all features of a code of `size` rows and columns, one byte for each module, 1 where it is dark.
  static func points(_ modules: UnsafeRawBufferPointer, size: Int) -> Int {
    var points = 0
    for line in 0..<size {
      points += lineful(size) { modules[line * size + $0] }
      points += lineful(size) { modules[$0 * size + line] }
    }
    for y in 0..<(size - 1) {
      for x in 0..<(size - 1) {
        let corner = y * size + x
        let sum = modules[corner] + modules[corner + 1] + modules[corner + size] + modules[corner + size + 1]
        if sum % 4 == 0 { points += 3 }
      }
    }
    let dark = modules.reduce(0) { $0 + Int($1) }
    let total = size * size
    // Ten for each full five per cent away from one half.
    return points + abs(dark * 20 - total * 10) / total * 10
  }

  /// Runs of five or more of one colour, and what looks like a finder pattern with four light modules on a side.
  private static func lineful(_ size: Int, _ module: (Int) -> UInt8) -> Int {
    var points = 0
    var run = 0
    var window = 0
    for index in 0..<size {
      run = index > 0 && module(index) == module(index - 1) ? run + 1 : 1
      if run == 5 { points += 3 } else if run > 5 { points += 1 }
      window = (window << 1 | Int(module(index))) & 0x7FF
      if index >= 10, window == 0b000_0101_1101 || window == 0b101_1101_0000 { points += 40 }
    }
    return points
  }
}
