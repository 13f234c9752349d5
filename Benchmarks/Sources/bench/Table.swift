/// The lines that the benchmarks print.
enum Table {
  static func header(_ title: String) {
    print()
    print(padded(title, 46) + ["wall ms", "cpu ms", "peak MiB"].map { padded($0, 12, left: true) }.joined())
  }

  static func line(_ name: String, _ run: WholeProcess, _ remark: String = "") {
    row(name, [run.wall, run.cpu, run.peak], remark)
  }

  /// How often `run` has what `other` takes: below 1 it takes less.
  static func ratio(_ run: WholeProcess, to other: WholeProcess, _ remark: String) {
    row("  ratio", [run.wall / other.wall, run.cpu / other.cpu, run.peak / other.peak], remark)
  }

  static func row(_ name: String, _ values: [Double], _ remark: String = "") {
    print(padded(name, 46) + values.map { padded(number($0), 12, left: true) }.joined() + "   " + remark)
  }

  /// A goal and whether it is met.
  static func goal(_ text: String, _ isMet: Bool) -> String { "\(text): \(isMet ? "met" : "MISSED")" }

  static func number(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
    return "\(hundredths < 0 ? "-" : "")\(whole).\(rest < 10 ? "0" : "")\(rest)"
  }

  private static func padded(_ text: String, _ width: Int, left: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return left ? space + text : text + space
  }
}
