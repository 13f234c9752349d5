/// What one item more costs as inputs grow: processor time beyond that of the smallest input, for each item beyond it.
struct Linearity {
  var sizes: [Int]
  /// For each size, the runs of the programs that are compared; ours first.
  var runs: [[WholeProcess]]

  func report(item: String) {
    for (program, name) in ["ll-bootimage", "the real tool"].enumerated() {
      let costs = sizes.indices.dropFirst().map { index in
        (runs[index][program].cpu - runs[0][program].cpu) * 1000 / Double(sizes[index] - sizes[0])
      }
      let shown = zip(sizes.dropFirst(), costs).map { "\($0): \(Table.number($1))" }.joined(separator: ", ")
      let growth = costs[costs.count - 1] / costs[costs.count - 2]
      print("µs of cpu per \(item), \(name), at \(shown)")
      print("  at \(sizes[sizes.count - 1]) against \(sizes[sizes.count - 2]): \(Table.number(growth)) (linear: 1)")
    }
  }
}
