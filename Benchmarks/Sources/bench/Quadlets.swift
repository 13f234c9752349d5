/// `ll-bootimage quadlet` against podman's generator, on units that both convert.
struct Quadlets {
  let program: String
  let scratch: ScratchFolder
  let tools: RealTools

  func run() {
    Table.header("quadlet")
    let typical = containers(300)
    let runs = WholeProcess.medians(of: 31, [ours(typical), tools.quadlet(typical)])
    Table.line("300 containers: ll-bootimage", runs[0])
    Table.line("  podman's generator \(tools.podman)", runs[1])
    Table.ratio(runs[0], to: runs[1], Table.goal("no more time", runs[0].wall <= runs[1].wall))

    let sizes = [10, 100, 1000, 10000]
    var pairs: [[WholeProcess]] = []
    for size in sizes {
      let folder = containers(size)
      let runs = WholeProcess.medians(of: size < 10000 ? 11 : 3, [ours(folder), tools.quadlet(folder)])
      pairs.append(runs)
      Table.line("\(size) containers: ll-bootimage", runs[0])
      Table.line("  podman's generator", runs[1])
    }
    Linearity(sizes: sizes, runs: pairs).report(item: "container")
  }

  private func ours(_ folder: String) -> Command {
    Command(words: [program, "quadlet", folder, "--podman", tools.podman])
  }

  /// A folder of `count` container units with the keys that most have.
  private func containers(_ count: Int) -> String {
    let folder = scratch.folder("containers-\(count)")
    for number in 0..<count {
      ScratchFolder.write("\(folder)/app-\(number).container") { write in
        write(
          """
          [Unit]
          Description=Application \(number)
          After=network-online.target

          [Container]
          Image=quay.io/example/app-\(number):1.\(number)
          ContainerName=app-\(number)
          PublishPort=\(10000 + number % 40000):8080
          Volume=/var/lib/app-\(number):/data:Z
          Environment=MODE=production NAME=app-\(number)
          Label=org.example.app=app-\(number)
          HealthCmd=/usr/bin/app check
          HealthInterval=10s
          Exec=/usr/bin/app --listen 0.0.0.0:8080 --name app-\(number)

          [Service]
          Restart=always

          [Install]
          WantedBy=multi-user.target

          """)
      }
    }
    return folder
  }
}
