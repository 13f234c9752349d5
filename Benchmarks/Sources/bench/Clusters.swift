import Glibc

/// `ll-bootimage build` on whole clusters, each beside its goal.
struct Clusters {
  let program: String
  let scratch: ScratchFolder

  func run() {
    Table.header("build")
    let one = WholeProcess.medians(of: 21, build("clusters/example.yaml", ["--node", "worker-1"]))
    Table.line("one worker of the example", one, Table.goal("< 30 ms, < 40 MiB", one.wall < 30 && one.peak < 40))
    let master = WholeProcess.medians(of: 21, build("clusters/example.yaml", ["--node", "master-1", "--bootstrap"]))
    Table.line("one master, with bootstrap", master)
    var perNode: [Double] = []
    for workers in [250, 500, 1000, 2000] {
      let cluster = "\(scratch.path)/\(workers).yaml"
      ScratchFolder.write(cluster) { $0(clusterFile(workers: workers)) }
      let run = WholeProcess.medians(of: 5, build(cluster))
      let isMet = run.wall < 3000 && run.peak < 200
      Table.line(
        "3 masters and \(workers) workers", run, workers == 1000 ? Table.goal("< 3 s, < 200 MiB", isMet) : "")
      perNode.append(run.cpu / Double(workers))
    }
    print(
      "cpu per worker at 250, 500, 1000, 2000: \(perNode.map(Table.number).joined(separator: ", ")) ms; "
        + "2000 against 250: \(Table.number(perNode[3] / perNode[0])) (linear: 1)")
  }

  private func build(_ cluster: String, _ extra: [String] = []) -> [String] {
    [program, "build", "--cluster", cluster, "--images", "images", "--out", "\(scratch.path)/out"] + extra
  }

  /// The example cluster with its two workers replaced by `workers` in a network that holds them.
  private func clusterFile(workers: Int) -> String {
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

  private func read(_ path: String) -> String {
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
}
