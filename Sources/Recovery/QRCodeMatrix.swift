/// The modules of a QR code while they are drawn, on memory that somebody lends. Source: ISO/IEC 18004, 6.3, 7.7 to
/// 7.10.
struct QRCodeMatrix {
  private let modules: UnsafeMutableRawBufferPointer
  private let version: QRCodeVersion
  private var size: Int { version.size }

  private static let dark: UInt8 = 1
  // Set while the module belongs to a pattern, which data must not overwrite and no mask changes.
  private static let reserved: UInt8 = 2

  /// Draws on `modules`, which has a byte for each module and is zero.
  init(_ modules: UnsafeMutableRawBufferPointer, _ version: QRCodeVersion) {
    self.modules = modules
    self.version = version
  }

  /// The finished code: 1 in each dark module, 0 in each light one.
  func draw(_ codewords: UnsafeRawBufferPointer, mask: Int) {
    drawPatterns()
    drawFormat(mask: mask)
    place(codewords)
    for y in 0..<size {
      for x in 0..<size {
        let module = modules[y * size + x]
        let isInverted = module & Self.reserved == 0 && Self.inverts(mask, x, y)
        modules[y * size + x] = module & Self.dark ^ (isInverted ? Self.dark : 0)
      }
    }
  }

  private func set(_ x: Int, _ y: Int, _ isDark: Bool) {
    modules[y * size + x] = Self.reserved | (isDark ? Self.dark : 0)
  }

  private func drawPatterns() {
    for index in 0..<size {
      set(6, index, index % 2 == 0)
      set(index, 6, index % 2 == 0)
    }
    for (x, y) in [(3, 3), (size - 4, 3), (3, size - 4)] { drawRings(x, y, reach: 4, light: [2, 4]) }
    let positions = version.alignmentPositions
    for (column, x) in positions.enumerated() {
      for (row, y) in positions.enumerated() {
        let last = positions.count - 1
        let isFinder = (column == 0 && (row == 0 || row == last)) || (column == last && row == 0)
        if !isFinder { drawRings(x, y, reach: 2, light: [1]) }
      }
    }
    if version.hasVersionInformation {
      let bits = Self.withRemainder(version.number, bits: 12, generator: 0x1F25)
      for index in 0..<18 {
        let (near, far) = (index / 3, size - 11 + index % 3)
        set(near, far, bits >> index & 1 == 1)
        set(far, near, bits >> index & 1 == 1)
      }
    }
  }

  /// Squares around a centre, dark but for those at the distances in `light`; what lies outside of the code is left
  /// out.
  private func drawRings(_ centreX: Int, _ centreY: Int, reach: Int, light: [Int]) {
    for y in max(0, centreY - reach)...min(size - 1, centreY + reach) {
      for x in max(0, centreX - reach)...min(size - 1, centreX + reach) {
        set(x, y, !light.contains(max(abs(x - centreX), abs(y - centreY))))
      }
    }
  }

  /// Correction level M and the mask, twice.
  private func drawFormat(mask: Int) {
    let levelM = 0b00
    let bits = Self.withRemainder(levelM << 3 | mask, bits: 10, generator: 0x537) ^ 0x5412
    for index in 0..<15 {
      let isDark = bits >> index & 1 == 1
      // Around the upper left finder, past the timing patterns.
      switch index {
      case 0..<6: set(8, index, isDark)
      case 6, 7: set(8, index + 1, isDark)
      case 8: set(7, 8, isDark)
      default: set(14 - index, 8, isDark)
      }
      if index < 8 { set(size - 1 - index, 8, isDark) } else { set(8, size - 15 + index, isDark) }
    }
    set(8, size - 8, true)
  }

  /// Bit after bit, upwards and downwards in columns of two from the lower right on.
  private func place(_ codewords: UnsafeRawBufferPointer) {
    var bit = 0
    var isUpward = true
    for right in [Int](stride(from: size - 1, to: 6, by: -2)) + [5, 3, 1] {
      for step in 0..<size {
        let y = isUpward ? size - 1 - step : step
        for x in [right, right - 1] where modules[y * size + x] & Self.reserved == 0 && bit < codewords.count * 8 {
          modules[y * size + x] = codewords[bit / 8] >> UInt8(7 - bit % 8) & 1
          bit += 1
        }
      }
      isUpward.toggle()
    }
  }

  private static func inverts(_ mask: Int, _ x: Int, _ y: Int) -> Bool {
    switch mask {
    case 0: (x + y) % 2 == 0
    case 1: y % 2 == 0
    case 2: x % 3 == 0
    case 3: (x + y) % 3 == 0
    case 4: (x / 3 + y / 2) % 2 == 0
    case 5: x * y % 2 + x * y % 3 == 0
    case 6: (x * y % 2 + x * y % 3) % 2 == 0
    default: ((x + y) % 2 + x * y % 3) % 2 == 0
    }
  }

  /// `value` followed by `bits` bits of its remainder (BCH).
  private static func withRemainder(_ value: Int, bits: Int, generator: Int) -> Int {
    var remainder = value
    for _ in 0..<bits { remainder = remainder << 1 ^ (remainder >> (bits - 1) & 1) * generator }
    return value << bits | remainder
  }
}
