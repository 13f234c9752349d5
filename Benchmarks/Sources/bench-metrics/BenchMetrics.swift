import Glibc

/// `bench-metrics`: what a sample of the node costs, beside a scrape of Debian's prometheus-node-exporter.
///
/// All of them are asked by the same client over HTTP on a connection that is kept, and take turns, so that what else
/// happens on the machine happens to each. Ours is this program once more (`bench-metrics serve`). Exit: 0 every goal is
/// met, 1 one is missed, 2 usage, 3 something could not be run.
@main
enum BenchMetrics {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments.first == "serve", arguments.count == 3, let choice = Choice(rawValue: arguments[1]) {
      Exporter(choice, rootfs: arguments[2]).serve()
    }
    guard arguments.isEmpty else { fail("usage: bench-metrics", 2) }
    signal(SIGPIPE, SIG_IGN)
    var goals: [Goal] = []
    print("medians of turns; a sample is read, written as Prometheus text and sent; CPU is the whole process's")
    goals += Comparison.machine()
    goals += Growth.synthetic()
    goals += [Endurance.run(samples: 100_000)]
    print()
    for goal in goals { print("goal, \(goal.words): \(goal.isMet ? "met" : "MISSED")") }
    exit(goals.allSatisfy(\.isMet) ? 0 : 1)
  }
}

/// What issue and changelog promise, and whether it holds here.
struct Goal {
  var words: String
  var isMet: Bool
}

/// Ends the benchmark: a fast failure is no result.
func fail(_ words: String, _ status: Int32 = 3) -> Never {
  print("bench-metrics: \(words)")
  exit(status)
}
