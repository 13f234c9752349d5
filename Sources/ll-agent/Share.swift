import HostFS

/// A share of a whole, in hundredths of a percent.
struct Share: Equatable {
  var hundredths: UInt64

  init(hundredths: UInt64) { self.hundredths = min(hundredths, 10_000) }

  /// `used` of `total`; nothing of nothing is nothing.
  init(used: UInt64, of total: UInt64) {
    // In floating point: the product of two large sizes has no room in 64 bits.
    self.init(hundredths: total == 0 ? 0 : UInt64(min(1, Double(used) / Double(total)) * 10_000))
  }

  /// How full a file system is, as df(1) has it: of what its users can have.
  init(_ space: FileSystemSpace) {
    let used = space.size - min(space.size, space.free)
    let (whole, isTooMuch) = used.addingReportingOverflow(space.available)
    self.init(used: used, of: isTooMuch ? .max : whole)
  }

  /// `7.3 %`, `61 %`.
  var percent: String {
    hundredths < 1000 ? "\(hundredths / 100).\(hundredths % 100 / 10) %" : "\(hundredths / 100) %"
  }

  /// A bar of `width` characters. Anything at all shows an eighth; only the whole fills it.
  func bar(_ width: Int) -> String {
    let eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    var filled = Int(hundredths) * width * 8 / 10_000
    if hundredths > 0 { filled = max(filled, 1) }
    if hundredths < 10_000 { filled = min(filled, width * 8 - 1) }
    let text = String(repeating: "█", count: filled / 8) + eighths[filled % 8]
    return text + String(repeating: "░", count: max(0, width - text.count))
  }
}

/// Sizes for people.
enum Bytes {
  /// `512 B`, `4.0 KiB`, `66 GiB`.
  static func text(_ bytes: UInt64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    var tenths = Double(bytes) * 10
    var unit = 0
    while tenths >= 10_240, unit < units.count - 1 {
      tenths /= 1024
      unit += 1
    }
    if unit == 0 || tenths >= 100 { return "\(UInt64(tenths / 10)) \(units[unit])" }
    return "\(UInt64(tenths) / 10).\(UInt64(tenths) % 10) \(units[unit])"
  }
}
