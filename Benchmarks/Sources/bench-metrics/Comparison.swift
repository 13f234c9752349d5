/// Four exporters on one tree, taking turns.
struct Comparison {
  let ours: Contender
  let oursEight: Contender
  let theirs: Contender
  let theirsEight: Contender

  /// What ours reads only now and then comes once in so many samples: a turn is as long.
  static let turn = 60

  /// - Parameter theirs: samples in a turn of theirs, which are alike.
  init(rootfs: String, turns: Int, theirs samples: Int) {
    ours = .ours(.all, rootfs: rootfs)
    oursEight = .ours(.eight, rootfs: rootfs)
    theirs = .theirs(.all, rootfs: rootfs)
    theirsEight = .theirs(.eight, rootfs: rootfs)
    for _ in 0..<turns {
      for contender in [ours, oursEight] { contender.turn(Self.turn) }
      for contender in [self.theirs, theirsEight] { contender.turn(samples) }
    }
  }

  private var all: [Contender] { [ours, oursEight, theirs, theirsEight] }

  /// On this machine.
  static func machine() -> [Goal] {
    let comparison = Comparison(rootfs: "/", turns: 21, theirs: turn)
    comparison.report("this machine")
    let (ours, theirs) = (comparison.ours.cost, comparison.theirs.cost)
    return [
      Goal(words: "under 1 ms of CPU per sample with everything on, on this machine", isMet: ours < 1000),
      Goal(words: "at most a fifth of node_exporter's CPU, everything on, on this machine", isMet: ours * 5 <= theirs),
    ]
  }

  func report(_ title: String) {
    let columns = ["series", "CPU µs", "p50 µs", "p99 µs", "RSS MiB", "anon MiB"]
    Table.header(title, columns)
    for contender in all {
      let memory = contender.memory
      let quantiles = [0.5, 0.99].map { Statistics.quantile(contender.latencies, $0) }
      Table.row(
        contender.name, [Double(contender.series), contender.cost] + quantiles + [memory.resident, memory.anonymous])
    }
    ratio("  node_exporter to ours, everything", theirs, ours)
    ratio("  node_exporter to ours, 8 collectors", theirsEight, oursEight)
  }

  private func ratio(_ name: String, _ theirs: Contender, _ ours: Contender) {
    func quotient(_ value: (Contender) -> Double) -> Double { value(theirs) / value(ours) }
    Table.row(
      name,
      [
        nil, quotient(\.cost), quotient { Statistics.quantile($0.latencies, 0.5) },
        quotient { Statistics.quantile($0.latencies, 0.99) }, quotient(\.memory.resident), quotient(\.memory.anonymous),
      ])
  }
}
