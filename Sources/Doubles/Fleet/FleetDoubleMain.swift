import Glibc

/// Thousands of nodes' agents in one process, for an operator to bear: the agents are the product's, the machines are
/// not there. What is printed is one JSON object a line: `prepared`, then each change of a node, `stopped`.
@main
enum FleetDoubleMain {
  static func main() async {
    FleetOutput.complain("THIS IS A DOUBLE OF A FLEET OF NODES: no machine is behind its agents")
    signal(SIGPIPE, SIG_IGN)
    guard let options = FleetOptions(Array(CommandLine.arguments.dropFirst())) else {
      FleetOutput.complain(FleetOptions.usage)
      exit(2)
    }
    do {
      let fleet = try await Fleet(options)
      await fleet.run()
    } catch {
      FleetOutput.complain("fleet-double: \(error)")
      exit(3)
    }
  }
}
