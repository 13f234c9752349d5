/// The chain's stages in columns, each column's order chosen so that few lines cross (Sugiyama, Tagawa and Toda, 1981).
///
/// A line that spans columns gets a passage in each of them: a slot of its own, so that it never runs behind a box. The
/// lines that leave one stage share their passages, as a trunk that splits where they part.
struct ChainSVGLayers: Sendable {
  /// One place in a column.
  enum Slot: Sendable, Hashable {
    /// The box of the stage with this index in the chain.
    case stage(Int)
    /// The way of lines that leave the stage with this index.
    case passage(from: Int)
  }

  /// One direct wait: the slots from the earlier stage's to the later one's, one in each column.
  struct Wait: Sendable, Hashable {
    var way: [Int]
  }

  /// Every slot; the stages first, each at its index in the chain.
  private(set) var slots: [Slot]
  /// The slots of each column from top to bottom.
  private(set) var columns: [[Int]]
  /// The direct waits, in the chain's order.
  private(set) var waits: [Wait] = []
  /// The slots in the column to the left that lines come from, for each slot.
  private(set) var sources: [[Int]]
  /// The slots in the column to the right that lines go to, for each slot.
  private(set) var targets: [[Int]]

  /// The columns of `chain`: a stage stands right of everything that it waits for, as far left as that allows. A wait
  /// for a later stage or for none, which ``BootChain/violations()`` reports, has no line.
  init(_ chain: BootChain) {
    let direct = chain.directOrder
    var first: [String: Int] = [:]
    var column: [Int] = []
    for (index, stage) in chain.stages.enumerated() {
      column.append((stage.after.compactMap { first[$0] }.map { column[$0] }.max() ?? -1) + 1)
      if first[stage.unit] == nil { first[stage.unit] = index }
    }
    slots = chain.stages.indices.map { .stage($0) }
    sources = slots.map { _ in [] }
    targets = slots.map { _ in [] }
    columns = Array(repeating: [], count: (column.max() ?? -1) + 1)
    for (index, place) in column.enumerated() { columns[place].append(index) }
    var passages: [Int: [Int]] = [:]
    for (later, entry) in direct.enumerated() {
      for earlier in Set(entry.after.compactMap { first[$0] }).sorted() where column[earlier] < column[later] {
        let span = column[later] - column[earlier] - 1
        while passages[earlier, default: []].count < span {
          let slot = slots.count
          passages[earlier, default: []].append(slot)
          slots.append(.passage(from: earlier))
          sources.append([])
          targets.append([])
          columns[column[earlier] + (passages[earlier]?.count ?? 0)].append(slot)
        }
        let way = [earlier] + (passages[earlier] ?? []).prefix(span) + [later]
        for (from, to) in zip(way, way.dropFirst()) where !targets[from].contains(to) {
          targets[from].append(to)
          sources[to].append(from)
        }
        waits.append(Wait(way: way))
      }
    }
    reduceCrossings()
  }

  /// How many pairs of lines cross between the columns.
  var crossings: Int {
    let rank = ranks
    return columns.reduce(0) { sum, column in
      let lines = column.flatMap { from in targets[from].map { rank[$0] }.sorted() }
      var inversions = 0
      for (index, line) in lines.enumerated() { inversions += lines[..<index].count { $0 > line } }
      return sum + inversions
    }
  }

  /// Each slot's place in its column.
  var ranks: [Int] {
    var ranks = slots.map { _ in 0 }
    for column in columns { for (rank, slot) in column.enumerated() { ranks[slot] = rank } }
    return ranks
  }
}

extension ChainSVGLayers {
  /// Sweeps of barycentres and exchanges of neighbours, keeping the best order seen.
  private mutating func reduceCrossings() {
    for index in columns.indices {
      // What has no lines at all stands below, out of the way of those that have.
      let tied = columns[index].filter { !sources[$0].isEmpty || !targets[$0].isEmpty }
      columns[index] = tied + columns[index].filter { sources[$0].isEmpty && targets[$0].isEmpty }
    }
    var best = (columns: columns, crossings: crossings)
    for round in 0..<24 {
      if round.isMultiple(of: 2) {
        for index in columns.indices { sort(index, by: sources) }
      } else {
        for index in columns.indices.reversed() { sort(index, by: targets) }
      }
      exchangeNeighbours()
      let now = crossings
      if now < best.crossings { best = (columns, now) }
    }
    columns = best.columns
  }

  private mutating func sort(_ index: Int, by neighbours: [[Int]]) {
    let rank = ranks
    // Slots without neighbours on this side keep their places; the others are sorted into the remaining ones.
    let places = columns[index].indices.filter { !neighbours[columns[index][$0]].isEmpty }
    let sorted = places.map { columns[index][$0] }.sorted { one, other in
      let left = neighbours[one].reduce(0) { $0 + rank[$1] } * neighbours[other].count
      let right = neighbours[other].reduce(0) { $0 + rank[$1] } * neighbours[one].count
      return left == right ? rank[one] < rank[other] : left < right
    }
    for (place, slot) in zip(places, sorted) { columns[index][place] = slot }
  }

  private mutating func exchangeNeighbours() {
    for index in columns.indices {
      let rank = ranks
      for _ in columns[index] {
        for place in columns[index].indices.dropLast() {
          let (upper, lower) = (columns[index][place], columns[index][place + 1])
          if saving(upper, lower, rank) > 0 { columns[index].swapAt(place, place + 1) }
        }
      }
    }
  }

  /// How many crossings fewer there are with `lower` above `upper`.
  private func saving(_ upper: Int, _ lower: Int, _ rank: [Int]) -> Int {
    [sources, targets].reduce(0) { sum, neighbours in
      neighbours[upper].reduce(sum) { sum, one in
        neighbours[lower].reduce(sum) { $0 + (rank[one] - rank[$1]).signum() }
      }
    }
  }
}
