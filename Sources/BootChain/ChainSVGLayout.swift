/// Where everything in the picture of a chain stands, in pixels from its upper left corner.
///
/// Lines are bent only between columns and run straight through them, in passages of their own; so none can meet a box
/// but those at its ends.
struct ChainSVGLayout: Sendable {
  /// One rectangle.
  struct Box: Sendable, Hashable {
    var x: Int
    var y: Int
    var width: Int
    var height: Int
  }

  /// One end of a line's bend.
  struct Point: Sendable, Hashable {
    var x: Int
    var y: Int
  }

  /// The line of one direct wait: bends, each to the straight way through the next column.
  struct Line: Sendable, Hashable {
    /// The earlier stage's index in the chain.
    var earlier: Int
    /// The later stage's index in the chain.
    var later: Int
    /// Where bends begin and end, two for each gap between columns that the line crosses.
    var bends: [(from: Point, to: Point)] {
      stride(from: 0, to: points.count - 1, by: 2).map { (points[$0], points[$0 + 1]) }
    }
    fileprivate var points: [Point]
  }

  /// The box of each stage.
  private(set) var boxes: [Box] = []
  /// The lines, in the chain's order.
  private(set) var lines: [Line] = []
  /// The size of the whole, margins included.
  private(set) var size = (width: 0, height: 0)

  private let layers: ChainSVGLayers
  private var heights: [Double]
  private var middles: [Double]

  /// Room around the whole.
  static let margin = 24
  /// Room between two columns for bends, more where many lines pass.
  private static func gap(lines: Int) -> Int { 84 + 5 * min(lines, 12) }
  /// Room between two lines at a box.
  private static let portDistance = 13

  /// The layout of `layers` below `top`, with cards of these sizes for the stages.
  init(_ layers: ChainSVGLayers, cards: [(width: Int, height: Int)], top: Int) {
    self.layers = layers
    heights = layers.slots.indices.map { slot in
      guard case .stage(let index) = layers.slots[slot] else { return 0 }
      let ports = max(layers.sources[slot].count, layers.targets[slot].count)
      return Double(max(cards[index].height, (ports + 1) * Self.portDistance))
    }
    middles = heights
    placeMiddles()
    let highest = middles.indices.map { middles[$0] - heights[$0] / 2 }.min() ?? 0
    for slot in middles.indices { middles[slot] += Double(top) - highest }

    // The left and right edge of each slot's column.
    var edges = layers.slots.map { _ in (left: 0, right: 0) }
    boxes = cards.map { Box(x: 0, y: 0, width: $0.width, height: $0.height) }
    var left = Self.margin
    for column in layers.columns {
      let stages = column.filter { $0 < cards.count }
      let right = left + (stages.map { cards[$0].width }.max() ?? 0)
      for slot in column { edges[slot] = (left, right) }
      for stage in stages {
        let upper = Int((middles[stage] - heights[stage] / 2).rounded())
        boxes[stage] = Box(x: left, y: upper, width: right - left, height: Int(heights[stage]))
        size.height = max(size.height, upper + Int(heights[stage]) + Self.margin)
      }
      size.width = right + Self.margin
      left = right + Self.gap(lines: column.reduce(0) { $0 + layers.targets[$1].count })
    }
    let lowest = middles.max().map { Int($0.rounded(.up)) } ?? 0
    size.height = max(size.height, lowest + Self.margin)

    let rank = layers.ranks
    lines = layers.waits.map { wait in
      let points = zip(wait.way, wait.way.dropFirst()).flatMap { from, to in
        [
          Point(x: edges[from].right, y: port(of: from, among: layers.targets[from], to: to, rank)),
          Point(x: edges[to].left, y: port(of: to, among: layers.sources[to], to: from, rank)),
        ]
      }
      return Line(earlier: wait.way[0], later: wait.way[wait.way.count - 1], points: points)
    }
  }

  private func port(of slot: Int, among neighbours: [Int], to other: Int, _ rank: [Int]) -> Int {
    Int((middles[slot] + offset(of: slot, among: neighbours, to: other, rank)).rounded())
  }

  /// How far below the middle of `slot` the line to `other` meets it: the lines of a side stand in the order of their
  /// other ends.
  private func offset(of slot: Int, among neighbours: [Int], to other: Int, _ rank: [Int]) -> Double {
    let above = neighbours.count { rank[$0] < rank[other] }
    return heights[slot] * (Double(above + 1) / Double(neighbours.count + 1) - 0.5)
  }
}

extension ChainSVGLayout {
  /// Sets the slots' middles: each as near to where its lines want it as the order within its column allows.
  private mutating func placeMiddles() {
    for column in layers.columns {
      var last: Int?
      for slot in column {
        middles[slot] = last.map { middles[$0] + distance($0, slot) } ?? heights[slot] / 2
        last = slot
      }
    }
    let rank = layers.ranks
    for round in 0..<40 {
      let order = round.isMultiple(of: 2) ? layers.columns : layers.columns.reversed()
      for column in order { settle(column, rank) }
    }
  }

  private func distance(_ upper: Int, _ lower: Int) -> Double {
    (heights[upper] + heights[lower]) / 2 + (heights[upper] > 0 && heights[lower] > 0 ? 22 : 18)
  }

  /// Moves a column's slots to the wished middles, by least squares under the distances: pools of slots that press on
  /// each other move as one (pool adjacent violators).
  private mutating func settle(_ column: [Int], _ rank: [Int]) {
    var pools: [(middle: Double, weight: Double, count: Int)] = []
    // How far below the column's first slot each stands when all touch.
    var offsets: [Double] = []
    for (index, slot) in column.enumerated() {
      offsets.append(index == 0 ? 0 : offsets[index - 1] + distance(column[index - 1], slot))
      // A slot without lines wishes to be right below the one above it.
      let wish = self.wish(slot, rank) ?? pools.last.map { ($0.middle + offsets[index], 0.001) } ?? (middles[slot], 1)
      pools.append((wish.middle - offsets[index], wish.weight, 1))
      while pools.count > 1, pools[pools.count - 2].middle > pools[pools.count - 1].middle {
        let lower = pools.removeLast()
        let upper = pools.removeLast()
        let weight = upper.weight + lower.weight
        let middle = (upper.middle * upper.weight + lower.middle * lower.weight) / weight
        pools.append((middle, weight, upper.count + lower.count))
      }
    }
    var index = 0
    for pool in pools {
      for _ in 0..<pool.count {
        middles[column[index]] = pool.middle + offsets[index]
        index += 1
      }
    }
  }

  /// Where the lines of `slot` would be straight, and how much that counts: most along passages, so that long lines
  /// stay straight. `nil` for a slot without lines.
  private func wish(_ slot: Int, _ rank: [Int]) -> (middle: Double, weight: Double)? {
    var sum = 0.0
    var weight = 0.0
    for (mine, theirs) in [(layers.sources, layers.targets), (layers.targets, layers.sources)] {
      for other in mine[slot] {
        let straight =
          middles[other] + offset(of: other, among: theirs[other], to: slot, rank)
          - offset(of: slot, among: mine[slot], to: other, rank)
        let passages = (heights[slot] == 0 ? 1 : 0) + (heights[other] == 0 ? 1 : 0)
        let share = [1.0, 3.0, 24.0][passages]
        sum += straight * share
        weight += share
      }
    }
    return weight == 0 ? nil : (sum / weight, weight)
  }
}
