/// All ways to choose `count` of the numbers below `total`, each ascending, in lexicographic order.
struct Subsets: Sequence, IteratorProtocol {
  private var upcoming: [Int]?
  private let total: Int

  init(count: Int, of total: Int) {
    self.total = total
    upcoming = (0...total).contains(count) ? Array(0..<count) : nil
  }

  mutating func next() -> [Int]? {
    guard let current = upcoming else { return nil }
    upcoming = nil
    // The last number that can still grow grows, and those behind it follow it closely.
    if let index = current.indices.last(where: { current[$0] < total - current.count + $0 }) {
      let grown = current[index] + 1
      upcoming = current[..<index] + (0..<(current.count - index)).map { grown + $0 }
    }
    return current
  }
}
