/// How the cost grows with the tree: a quarter, a half and the whole of a large node.
enum Growth {
  static func synthetic() -> [Goal] {
    let whole = SyntheticTree(parts: 4)
    Comparison(rootfs: whole.path, turns: 5, theirs: 24).report(whole.description)
    // Each part as much as the one before it: what a line more costs must not depend on how many there are.
    let trees = (1...3).map { SyntheticTree(parts: $0) } + [whole]
    let contenders = trees.map { Contender.ours(.all, rootfs: $0.path) }
    for _ in 0..<9 { for contender in contenders { contender.turn(Comparison.turn) } }
    Table.header("ours, everything, as the tree grows", ["lines", "CPU µs", "ns per line"])
    for (tree, contender) in zip(trees, contenders) {
      Table.row(tree.description, [Double(tree.lines), contender.cost, contender.cost * 1000 / Double(tree.lines)])
    }
    let costs = contenders.map(\.cost)
    func slope(_ from: Int, _ to: Int) -> Double {
      (costs[to] - costs[from]) / Double(trees[to].lines - trees[from].lines)
    }
    let growth = slope(1, 3) / slope(0, 2)
    Table.row("  a line more, later against earlier", [nil, nil, growth], "linear: 1")
    return [
      Goal(
        words: "cost linear in lines read (a later line costs at most 1.25 of an earlier one)", isMet: growth <= 1.25)
    ]
  }
}
