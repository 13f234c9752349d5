import Glibc

/// `bench-tpm LL-TPM EVENT-LOG [RUNS]`: what giving one secret back at boot costs, on a swtpm of its own, with ll-tpm
/// and with others.
///
/// The programs take turns, so that what else happens on the machine happens to all of them. A line is the median of
/// RUNS runs; wall-clock and processor time of a chain of programs are sums, its peak is the largest. The TPM
/// commands are what swtpm logged of one more run.
@main
enum BenchTPM {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3, let runs = Int(arguments.count > 3 ? arguments[3] : "41"), runs > 0 else {
      fail("usage: bench-tpm LL-TPM EVENT-LOG [RUNS]", 2)
    }
    let node = Node(program: arguments[1], eventLog: arguments[2])
    let contenders = Contender.all(node)
    var results = contenders.map { _ in [Cost]() }
    for round in 0...runs {
      for (index, contender) in contenders.enumerated() {
        let cost = contender.run(node)
        if round > 0 { results[index].append(cost) }
      }
    }
    print("unseal one 32-byte secret, medians of \(runs) runs taking turns")
    print(row("", ["wall ms", "cpu ms", "peak MiB", "TPM commands"]))
    let commands = contenders.map { $0.commands(node) }
    let medians = results.map { Cost.median($0) }
    for (index, contender) in contenders.enumerated() {
      print(row(contender.name, medians[index].numbers + ["\(commands[index])"]))
    }
    let (ours, tools) = (medians[0], medians[1])
    print("ll-tpm / tpm2-tools: wall \(Cost.text(ours.wall / tools.wall)), cpu \(Cost.text(ours.cpu / tools.cpu))")
    print("goal, at most half the time of tpm2-tools: \(ours.wall <= tools.wall / 2 ? "met" : "MISSED")")
    print(
      "goal, fewer TPM commands than the others: \(commands[1...].allSatisfy { commands[0] < $0 } ? "met" : "MISSED")")
    print("goal, at most 12 TPM commands: \(commands[0] <= 12 ? "met" : "MISSED")")
    print("goal, peak below 12 MB: \(ours.peak * 1024 * 1024 < 12_000_000 ? "met" : "MISSED")")
    node.end()
  }

  private static func row(_ name: String, _ values: [String]) -> String {
    let start = name + String(repeating: " ", count: max(1, 58 - name.count))
    return start + values.map { String(repeating: " ", count: max(1, 14 - $0.count)) + $0 }.joined()
  }
}

/// Ends the benchmark: a fast failure is no result.
func fail(_ words: String, _ status: Int32 = 1) -> Never {
  print("bench-tpm: \(words)")
  exit(status)
}
