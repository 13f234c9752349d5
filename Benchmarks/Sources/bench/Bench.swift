import Glibc

/// `bench LL-BOOTIMAGE`: the whole program on whole clusters, medians, each beside its goal.
@main
struct Bench {
  static func main() {
    guard CommandLine.arguments.count == 2 else {
      print("usage: bench PATH-OF-LL-BOOTIMAGE (in the root of the checkout)")
      exit(2)
    }
    let program = CommandLine.arguments[1]
    var template = Array("/tmp/ll-bench.XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { exit(3) }
    let folder = String(cString: made)
    defer { remove(folder) }

    func build(_ cluster: String, _ extra: [String] = []) -> [String] {
      [program, "build", "--cluster", cluster, "--images", "images", "--out", "\(folder)/out"] + extra
    }
    func line(_ name: String, _ run: WholeProcess, _ goal: String) {
      let cells = [run.wall, run.cpu, run.peak].map { number($0) }
      print(padded(name, 34) + cells.map { padded($0, 12, left: true) }.joined() + "   " + goal)
    }
    print(padded("", 34) + ["wall ms", "cpu ms", "peak MiB"].map { padded($0, 12, left: true) }.joined() + "   goal")
    let one = WholeProcess.medians(of: 21, build("clusters/example.yaml", ["--node", "worker-1"]))
    line(
      "one worker of the example", one,
      one.wall < 30 && one.peak < 40 ? "< 30 ms, < 40 MiB: met" : "< 30 ms, < 40 MiB: MISSED")
    let master = WholeProcess.medians(of: 21, build("clusters/example.yaml", ["--node", "master-1", "--bootstrap"]))
    line("one master, with bootstrap", master, "")
    var perNode: [Double] = []
    for workers in [250, 500, 1000, 2000] {
      let cluster = "\(folder)/\(workers).yaml"
      write(clusterFile(workers: workers), to: cluster)
      let run = WholeProcess.medians(of: 5, build(cluster))
      let isMet = run.wall < 3000 && run.peak < 200
      line(
        "3 masters and \(workers) workers", run, workers == 1000 ? "< 3 s, < 200 MiB: \(isMet ? "met" : "MISSED")" : "")
      perNode.append(run.cpu / Double(workers))
    }
    print(
      "cpu per worker at 250, 500, 1000, 2000: \(perNode.map { number($0) }.joined(separator: ", ")) ms; "
        + "2000 against 250: \(number(perNode[3] / perNode[0])) (linear: 1)")
  }

  /// The example cluster with its two workers replaced by `workers` in a network that holds them.
  private static func clusterFile(workers: Int) -> String {
    var lines: [String] = []
    for line in read("clusters/example.yaml").split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "  - name: worker-1" { break }
      // A /24 of pod addresses for each node, and a network that holds them all.
      let changed = ["  cidr: ": "  cidr: 10.20.0.0/16", "podCIDR: ": "podCIDR: 10.128.0.0/12"]
      lines.append(changed.first { line.hasPrefix($0.key) }?.value ?? String(line))
    }
    for number in 0..<workers {
      lines += [
        "  - name: worker-\(number)", "    role: worker", "    address: 10.20.\(16 + number / 200).\(1 + number % 200)",
        "    interface: enp1s0", "    disk: /dev/vda",
      ]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func number(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }

  private static func padded(_ text: String, _ width: Int, left: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return left ? space + text : text + space
  }

  private static func read(_ path: String) -> String {
    guard let file = fopen(path, "r") else {
      print("bench: cannot read \(path); run it in the root of the checkout")
      exit(3)
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func write(_ text: String, to path: String) {
    guard let file = fopen(path, "w") else { exit(3) }
    fputs(text, file)
    fclose(file)
  }

  private static func remove(_ folder: String) {
    if let open = opendir(folder) {
      while let entry = readdir(open) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name == "." || name == ".." { continue }
        if name == "out" { remove("\(folder)/out") } else { unlink("\(folder)/\(name)") }
      }
      closedir(open)
    }
    rmdir(folder)
  }
}
