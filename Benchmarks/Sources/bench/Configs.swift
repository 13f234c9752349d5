/// `ll-bootimage validate` against Debian's ignition-validate, on configs that both accept.
struct Configs {
  let program: String
  let scratch: ScratchFolder
  let tools: RealTools

  func run() {
    Table.header("validate")
    let typical = "\(scratch.path)/typical.ign"
    write(typical, files: 900, units: 300)
    let runs = WholeProcess.medians(of: 31, [ours(typical), theirs(typical)])
    let millions = Table.number(Double(ScratchFolder.size(typical)) / 1e6)
    Table.line("900 files, 300 units, \(millions) MB: ll-bootimage", runs[0])
    Table.line("  ignition-validate", runs[1])
    Table.ratio(
      runs[0], to: runs[1], Table.goal("at most a third of the time", runs[0].wall <= runs[1].wall / 3))

    let sizes = [10, 100, 1000, 10000]
    var pairs: [[WholeProcess]] = []
    for size in sizes {
      let path = "\(scratch.path)/\(size).ign"
      write(path, files: size, units: size)
      let runs = WholeProcess.medians(of: size < 10000 ? 11 : 5, [ours(path), theirs(path)])
      pairs.append(runs)
      let times = runs[0].peak * Double(1 << 20) / Double(ScratchFolder.size(path))
      let goal = Table.goal("peak \(Table.number(times)) of the input, at most 4", times <= 4)
      Table.line("\(size) files, \(size) units: ll-bootimage", runs[0], size == 10000 ? goal : "")
      Table.line("  ignition-validate", runs[1])
    }
    Linearity(sizes: sizes, runs: pairs).report(item: "file and unit")
  }

  private func ours(_ path: String) -> Command { Command(words: [program, "validate", path]) }

  private func theirs(_ path: String) -> Command { Command(words: [tools.ignitionValidate, path]) }

  /// A config of spec 3.3.0 as `build` writes them: small texts inline, services with a drop-in here and there.
  private func write(_ path: String, files: Int, units: Int) {
    let text = (0..<9).map { "option-\($0)%20=%20value%20of%20the%20option%20number%20\($0)%0A" }.joined()
    let lines = (0..<6).map { "ExecStartPre=/usr/bin/test -e /var/lib/example/ready-\($0)\\n" }.joined()
    ScratchFolder.write(path) { write in
      write(#"{"ignition":{"version":"3.3.0"},"storage":{"files":["#)
      for number in 0..<files {
        write(number == 0 ? "" : ",")
        write(#"{"path":"/etc/example/folder-\#(number % 10)/file-\#(number).conf","mode":420,"overwrite":true,"#)
        write(#""user":{"name":"root"},"group":{"name":"root"},"contents":{"source":"data:,number%20=%20\#(number)%0A"#)
        write(text)
        write(#""}}"#)
      }
      write(#"]},"systemd":{"units":["#)
      for number in 0..<units {
        write(number == 0 ? "" : ",")
        write(#"{"name":"example-\#(number).service","enabled":true,"contents":"[Unit]\n"#)
        write(#"Description=Example \#(number)\nAfter=network-online.target\n\n[Service]\n"#)
        write(lines)
        write(#"ExecStart=/usr/bin/example --number \#(number)\n"#)
        write(#"Restart=always\n\n[Install]\nWantedBy=multi-user.target\n","dropins":["#)
        if number % 4 == 0 {
          write(#"{"name":"10-limits.conf","contents":"[Service]\nLimitNOFILE=\#(1024 + number)\n"}"#)
        }
        write("]}")
      }
      write("]}}")
    }
  }
}
