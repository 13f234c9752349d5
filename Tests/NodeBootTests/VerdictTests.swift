import Foundation
import TestSupport
import Testing

/// The built program; `nil` where this run did not build it.
private let program: URL? = {
  let url = Bundle.main.bundleURL.appendingPathComponent("ll-node")
  return FileManager.default.isExecutableFile(atPath: url.path) ? url : nil
}()

@Suite(
  "ll-node: the exit status, whatever becomes of the output", .enabled(if: program != nil), .timeLimit(.minutes(5)))
struct VerdictTests {
  let folder: TemporaryFolder
  let ready: String
  let missing: String
  let wrong: String

  init() throws {
    folder = try TemporaryFolder()
    let secret = try folder.write("x", to: "secret")
    try #require(chmod(secret.path, 0o600) == 0)
    ready = "pki-ready --once --manifest \(try folder.write("[Secret]\nPath=\(secret.path)\n", to: "ready").path)"
    missing = "pki-ready --once --manifest \(try folder.write("[Secret]\nPath=/absent\n", to: "missing").path)"
    wrong = "pki-ready --once --manifest \(try folder.write("[Secrets]\n", to: "wrong").path)"
  }

  /// Runs `script` with the program as `$p`.
  func shell(_ script: String) throws -> Command {
    try Command(["sh", "-c", script], environment: ["p": program?.path ?? ""])
  }

  @Test(
    "a result that cannot be printed is 3, and says why; a refusal keeps its status",
    arguments: [">/dev/full", ">&-"], ["", "--format json"])
  func lostOutput(redirection: String, format: String) throws {
    let lost = try shell("$p \(ready) \(format) \(redirection)")
    #expect(lost.status == 3)
    #expect(lost.errors.hasPrefix("standard output: error: cannot be written: "))
    #expect(try shell("$p \(missing) \(format) \(redirection)").status == 3)
    #expect(try shell("$p \(wrong) \(format) \(redirection)").status == 1)
    #expect(try shell("$p \(redirection)").status == 2)
    #expect(try shell("$p --help \(redirection)").status == 3)
  }

  @Test("a reader that has gone changes nothing, whether SIGPIPE is ignored or not", arguments: ["", "trap '' PIPE; "])
  func noReader(trap: String) throws {
    // The reader has ended, and so the pipe has none, once the file is there.
    func status(_ words: String) throws -> String {
      let gone = folder.url.appendingPathComponent("gone").path
      try? FileManager.default.removeItem(atPath: gone)
      let script =
        "\(trap){ until [ -e \(gone) ]; do sleep 0.01; done; sleep 0.05; $p \(words); echo $? >&2; } | "
        + "{ exec <&-; : >\(gone); }"
      return try shell(script).errors.split(separator: "\n").last.map(String.init) ?? ""
    }
    #expect(try status(ready) == "0")
    #expect(try status("\(ready) --format json") == "0")
    #expect(try status("--help") == "0")
    #expect(try status("\(missing) --format json") == "3")
    #expect(try status("\(missing) 2>&1") == "3")
    #expect(try status("\(wrong) 2>&1") == "1")
    #expect(try status("no-such-gate 2>&1") == "2")
  }

  @Test("messages that cannot be printed change nothing", arguments: ["2>/dev/full", "2>&-", "2>&- <&-"])
  func lostMessages(redirection: String) throws {
    for (words, status) in [(ready, 0), (missing, 3), (wrong, 1), ("no-such-gate", 2)] as [(String, Int32)] {
      #expect(try shell("$p \(words) \(redirection)").status == status)
    }
  }

  @Test("with nothing but closed descriptors children get their own all the same")
  func closedDescriptors() throws {
    let cluster = try FakeCluster()
    let manifest = try cluster.folder.write(cluster.manifest(), to: "addons.conf")
    let words = "addons --once --node master-1 --manifest \(manifest.path)"
    #expect(try shell("$p \(words) <&- 2>&-").status == 0)
    #expect(cluster.has("cluster/records/coredns"))
    #expect(try shell("$p \(words) <&- >&- 2>&-").status == 3, "ready, and nobody was told")
    #expect(try cluster.folder.text("state/addons/rbac.sha256").utf8.count == 65)
  }

  @Test(
    "each gate's help has its own interval", arguments: [("pki-ready", "1"), ("addons", "2"), ("cilium-ready", "1")])
  func interval(gate: String, seconds: String) throws {
    let help = try shell("$p \(gate) --help").output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(
      help.contains(
        "--interval <seconds> The time between two looks, in seconds, from 0.01 to 3600. (default: \(seconds))"))
    #expect(!help.contains("addons: 2"))
    for wrong in ["0", "3601", "nan", "-1", "x"] {
      #expect(try shell("$p \(gate) --interval=\(wrong)").status == 2)
    }
  }
}
