import Foundation
import TestSupport
import Testing

@Suite("ll-agent collect, the program")
struct ProgramTests {
  private static let program = BuiltProgram.path("ll-agent")

  /// Trees whose kernels have different releases tell which setting was followed.
  private struct Hosts {
    let folder: TemporaryFolder

    init() throws {
      folder = try TemporaryFolder()
      for name in ["in-file", "in-drop-in", "in-environment", "on-command-line"] {
        for path in ["osrelease", "ostype", "version", "random/boot_id"] {
          try folder.write(name + "\n", to: "\(name)/proc/sys/kernel/\(path)")
        }
      }
    }

    func root(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

    func release(_ arguments: [String], _ environment: [String: String] = [:]) throws -> String? {
      let command = try Command([ProgramTests.program, "collect"] + arguments, environment: environment)
      #expect(command.status == 0, "\(command.errors)")
      let snapshot = try JSONSerialization.jsonObject(with: Data(command.output.utf8)) as? [String: Any]
      let readings = snapshot?["readings"] as? [String: [String: Any]]
      return (readings?["os"]?["value"] as? [String: Any])?["release"] as? String
    }
  }

  @Test("a flag is over the environment, that over a drop-in, and that over the file")
  func precedence() throws {
    let hosts = try Hosts()
    let file = try hosts.folder.write("[Agent]\nRootDirectory=\(hosts.root("in-file"))\n", to: "agent.conf").path
    #expect(try hosts.release(["--config", file]) == "in-file")
    #expect(try hosts.release([], ["LL_CONFIG": file]) == "in-file")
    try hosts.folder.write("[Agent]\nRootDirectory=\(hosts.root("in-drop-in"))\n", to: "agent.conf.d/20.conf")
    try hosts.folder.write("[Agent]\nRootDirectory=/nowhere\n", to: "agent.conf.d/10.conf")
    try hosts.folder.write("[Agent]\nRootDirectory=/nowhere\n", to: "agent.conf.d/30.conf.disabled")
    #expect(try hosts.release(["--config", file]) == "in-drop-in")
    let environment = ["LL_ROOTFS": hosts.root("in-environment")]
    #expect(try hosts.release(["--config", file], environment) == "in-environment")
    #expect(
      try hosts.release(["--config", file, "--rootfs", hosts.root("on-command-line")], environment)
        == "on-command-line")
  }

  @Test(
    "exit codes are the contract's",
    arguments: [
      (["--format", "yaml"], 2), (["--watch", "--format", "json"], 2), (["--interval", "5"], 2),
      (["--kubelet", "http://a"], 2), (["--unit", "kubelet"], 2), (["--node", "A_B"], 2), (["--nonsense"], 2),
      (["--rootfs", "/does/not/exist"], 3), (["--config", "/does/not/exist"], 3), (["--help"], 0),
      (["--config", "/"], 3),
    ] as [([String], Int32)])
  func exitCodes(_ arguments: [String], _ status: Int32) throws {
    let command = try Command([Self.program, "collect"] + arguments)
    #expect(command.status == status, "\(command.errors)")
    #expect(command.errors.isEmpty == (status == 0))
    #expect(command.output.isEmpty == (status != 0))
  }

  @Test("a wrong file is said with every place and ends with 1, and nothing is printed")
  func wrongFile() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("[Agent]\nNodeNam=x\n[Kubelet]\nAddress=a\n", to: "a.conf").path
    let command = try Command([Self.program, "collect", "--config", file], environment: ["LL_INTERVAL": "soon"])
    #expect(command.status == 1)
    #expect(command.output.isEmpty)
    for words in ["LL_INTERVAL: error: ", "\(file):2:1: error: unknown key", "\(file):4:1: error: Address="] {
      #expect(command.errors.contains(words))
    }
  }

  @Test("the formats are what they are called")
  func formats() throws {
    let json = try Command([Self.program, "collect"])
    #expect(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) is [String: Any])
    let prometheus = try Command([Self.program, "collect", "--format", "prometheus"]).output
    let samples = prometheus.split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(samples.count >= 150)
    let line = try Regex(#"[a-zA-Z_:][a-zA-Z0-9_:]*(\{.*\})? (NaN|[-+0-9.e]+)"#)
    for sample in samples { #expect(sample.wholeMatch(of: line) != nil, "\(sample)") }
    let openMetrics = try Command([Self.program, "collect", "--format", "openmetrics"]).output
    #expect(openMetrics.hasSuffix("# EOF\n"))
  }

  @Test("a full disk is no success; a reader who has gone is one")
  func lostOutput() throws {
    #expect(try Command(["sh", "-c", "\(Self.program) collect > /dev/full"]).status == 3)
    #expect(try Command(["bash", "-o", "pipefail", "-c", "\(Self.program) collect | head -c1"]).status == 0)
  }

  @Test("--watch shows what is wrong first, again and again, and gives the terminal back when it is ended")
  func watch() throws {
    let folder = try TemporaryFolder()
    let views = try folder.write("", to: "views").path
    // Ended when it has shown what is expected of it, however long that takes on a busy machine; after a minute at most.
    let plain = try Command([
      "sh", "-c",
      """
      \(Self.program) collect --watch --interval 1 >'\(views)' & p=$!
      for i in $(seq 600); do [ "$(grep -c 'memory  ' '\(views)')" -lt 2 ] || break; sleep 0.1; done
      kill -TERM $p; wait $p
      """,
    ])
    let shown = try folder.text("views")
    #expect(plain.status == 0)
    #expect(shown.components(separatedBy: "memory  ").count > 2)
    #expect(!shown.contains("\u{1b}"))
    let typescript = try folder.write("", to: "typescript").path
    let script = try folder.write(
      """
      stty cols 60 rows 12
      (for i in $(seq 600); do grep -qF '\u{1b}[H' '\(typescript)' && break; sleep 0.1; done; kill -TERM $$) &
      exec \(Self.program) collect --watch
      """, to: "script")
    let terminal = try Command(["script", "-qfec", "sh '\(script.path)'", typescript])
    #expect(terminal.output.hasPrefix("\u{1b}[?1049h"))
    #expect(terminal.output.contains("\u{1b}[?25h\u{1b}[?1049l"))
    let frames = terminal.output.components(separatedBy: "\u{1b}[H").dropFirst()
    #expect(!frames.isEmpty)
    for frame in frames { #expect(frame.components(separatedBy: "\r\n").count <= 12) }
  }

  @Test("--watch ends when its reader has gone")
  func goneReader() throws {
    let command = try Command(["bash", "-o", "pipefail", "-c", "timeout 30 \(Self.program) collect --watch | head -n1"])
    #expect(command.status == 0)
  }

  @Test("no Foundation is loaded beside FoundationEssentials")
  func libraries() throws {
    let libraries = try Command(["ldd", Self.program]).output
    #expect(libraries.contains("libsystemd.so.0"))
    #expect(!libraries.contains("libFoundation.so"))
    #expect(!libraries.contains("libFoundationInternationalization"))
  }
}
