/// The ways to choose some of many.
enum Combinations {
  /// Every choice of `count` places out of `total`, in order.
  static func of(_ total: Int, choosing count: Int) -> [[Int]] {
    guard count > 0 else { return count == 0 ? [[]] : [] }
    guard total >= count else { return [] }
    let without = of(total - 1, choosing: count)
    return without + of(total - 1, choosing: count - 1).map { $0 + [total - 1] }
  }
}
