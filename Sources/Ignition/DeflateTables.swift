/// How DEFLATE writes lengths and distances: a code, and bits that follow it (RFC 1951, section 3.2.5).
enum DeflateTables {
  /// The shortest length of each code from 257, and how many bits follow.
  static let lengths: [(base: Int, extra: Int)] =
    table(first: 3, extras: [0, 0, 0, 0, 0, 0, 0, 0] + spread(1...5, 4)) + [
      (258, 0)
    ]
  /// The shortest distance of each code, and how many bits follow.
  static let distances: [(base: Int, extra: Int)] = table(first: 1, extras: [0, 0, 0, 0] + spread(1...13, 2))
  /// The order in which the lengths of the code for code lengths are written.
  static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

  private static func spread(_ extras: ClosedRange<Int>, _ times: Int) -> [Int] {
    extras.flatMap { Array(repeating: $0, count: times) }
  }

  private static func table(first: Int, extras: [Int]) -> [(base: Int, extra: Int)] {
    var base = first
    return extras.map { extra in
      defer { base += 1 << extra }
      return (base, extra)
    }
  }

  /// The code whose range holds `value`.
  static func code(of value: Int, in table: [(base: Int, extra: Int)]) -> Int {
    (table.firstIndex { $0.base > value } ?? table.count) - 1
  }
}
