import Glibc

/// `bench LL-BOOTIMAGE [build] [validate] [quadlet]`: whole programs on whole inputs, medians, each beside its goal.
@main
struct Bench {
  static func main() {
    let chosen = CommandLine.arguments.dropFirst(2)
    let known = ["build", "validate", "quadlet"]
    guard CommandLine.arguments.count >= 2, chosen.allSatisfy(known.contains) else {
      print("usage: bench PATH-OF-LL-BOOTIMAGE [\(known.joined(separator: "|"))]… (in the root of the checkout)")
      exit(2)
    }
    let program = CommandLine.arguments[1]
    let scratch = ScratchFolder()
    defer { scratch.remove() }
    let start = WholeProcess.medians(of: 31, [program, "--version"])
    Table.header("start")
    Table.line("ll-bootimage --version", start)
    func wants(_ name: String) -> Bool { chosen.isEmpty || chosen.contains(name) }
    if wants("validate") || wants("quadlet") {
      let tools = RealTools()
      if wants("validate") { Configs(program: program, scratch: scratch, tools: tools).run() }
      if wants("quadlet") { Quadlets(program: program, scratch: scratch, tools: tools).run() }
    }
    if wants("build") { Clusters(program: program, scratch: scratch).run() }
  }
}
