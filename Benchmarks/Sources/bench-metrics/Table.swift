import Glibc

/// The lines that are printed.
enum Table {
  static func header(_ title: String, _ columns: [String]) {
    print()
    print(padded(title, 38) + columns.map { left($0, 12) }.joined())
  }

  static func row(_ name: String, _ values: [Double?], _ remark: String = "") {
    print(
      padded(name, 38) + values.map { left($0.map(number) ?? "", 12) }.joined() + (remark.isEmpty ? "" : "   " + remark)
    )
    // A long benchmark says what it has even where its output is a file.
    fflush(nil)
  }

  /// Three digits that count.
  static func number(_ value: Double) -> String {
    if value >= 100 || value <= -100 { return "\(Int(value.rounded()))" }
    let hundredths = Int((value * 100).rounded())
    let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
    return "\(hundredths < 0 ? "-" : "")\(whole).\(rest < 10 ? "0" : "")\(rest)"
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  private static func left(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(1, width - text.count)) + text
  }
}
