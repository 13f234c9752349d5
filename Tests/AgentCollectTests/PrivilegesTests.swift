import Foundation
import Glibc
import TestSupport
import Testing

/// What the kernel says of a running agent of root's: each of its threads has capabilities of its own.
@Suite("Privileges of ll-agent run", .serialized, .enabled(if: geteuid() == 0, "only root has any"))
struct PrivilegesTests {
  private static let settings = """
    [Agent]
    NodeName=worker-1
    Operator=127.0.0.1:1
    OperatorName=operator.test
    OperatorAnchor=@/anchors.pem
    StateDirectory=@/state
    RuntimeDirectory=@/run
    Listen=127.0.0.1:0

    """

  /// The values of `field`, of all threads together.
  private func values(_ field: String, of process: Int32) throws -> Set<String> {
    let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")
    return try tasks.reduce(into: []) { values, task in
      let folder = "/proc/\(process)/task/\(task)"
      let status: String
      do { status = try String(contentsOfFile: folder + "/status", encoding: .utf8) } catch {
        // A thread that has ended since they were listed has nothing any more.
        guard FileManager.default.fileExists(atPath: folder) else { return }
        throw error
      }
      let line = try #require(status.split(separator: "\n").first { $0.hasPrefix(field + ":") })
      values.insert(line.dropFirst(field.count + 1).trimmingCharacters(in: .whitespaces))
    }
  }

  private func expect(_ capabilities: UInt64, of agent: RunningAgent) throws {
    let text =
      String(repeating: "0", count: 16 - String(capabilities, radix: 16).count)
      + String(capabilities, radix: 16)
    for field in ["CapEff", "CapPrm"] { #expect(try values(field, of: agent.processID) == [text], "\(field)") }
    for field in ["CapInh", "CapAmb"] {
      #expect(try values(field, of: agent.processID) == [String(repeating: "0", count: 16)], "\(field)")
    }
    #expect(try values("CapBnd", of: agent.processID) == [text])
    #expect(try values("NoNewPrivs", of: agent.processID) == ["1"])
  }

  @Test("no thread of it keeps a capability, it says so, and root is still answered")
  func none() throws {
    let agent = try RunningAgent(Self.settings)
    #expect(agent.notifies("READY=1"), "\(agent.logged)")
    func threads() throws -> Int {
      try FileManager.default.contentsOfDirectory(atPath: "/proc/\(agent.processID)/task").count
    }
    // It is ready before all of them have begun.
    for _ in 0..<600 where try threads() <= 3 { usleep(50_000) }
    #expect(try threads() > 3)
    try expect(0, of: agent)
    #expect(agent.logged.contains("no capability is kept, and none can be gained"))
    #expect(try agent.ask("status").status == 0)
    agent.signal(SIGTERM)
    #expect(agent.end() == 0, "\(agent.logged)")
  }

  @Test("a TPM's device that is not there yet, and a low port, are what it keeps one for; it says which and why")
  func kept() throws {
    let device = "/dev/ll-test-\(getpid())"
    let text = Self.settings.replacingOccurrences(of: "Listen=127.0.0.1:0", with: "Listen=127.0.0.1:1017")
    let agent = try RunningAgent(text + "[TPM]\nTCTI=device:\(device)\n")
    #expect(agent.notifies("READY=1"), "\(agent.logged)")
    // linux/capability.h: CAP_DAC_OVERRIDE is 1, CAP_NET_BIND_SERVICE 10.
    try expect(1 << 1 | 1 << 10, of: agent)
    #expect(agent.logged.contains("CAP_DAC_OVERRIDE for \(device), which is not there yet"))
    #expect(agent.logged.contains("CAP_NET_BIND_SERVICE for the port 1017 of [Agent] Listen="))
  }

  @Test("it joins the group that udev gives the TPM's device, and keeps nothing for it")
  func group() throws {
    // A file stands in for the device: udev's rules of tpm2-tss make it tss:tss, 0660.
    let device = "/dev/shm/ll-test-\(getpid())"
    #expect(FileManager.default.createFile(atPath: device, contents: nil))
    defer { try? FileManager.default.removeItem(atPath: device) }
    #expect(chown(device, 59, 60) == 0 && chmod(device, 0o660) == 0)
    let agent = try RunningAgent(Self.settings + "[TPM]\nTCTI=device:\(device)\n")
    #expect(agent.notifies("READY=1"), "\(agent.logged)")
    try expect(0, of: agent)
    #expect(try values("Groups", of: agent.processID).allSatisfy { $0.split(separator: " ").contains("60") })
  }

  @Test("without any capability a collection finds what root's finds")
  func collection() throws {
    func states(_ prefix: [String]) throws -> [String: String] {
      let command = try Command(prefix + [BuiltProgram.path("ll-agent"), "collect"], seconds: 120)
      #expect(command.status == 0, "\(command.errors)")
      let snapshot = try JSONSerialization.jsonObject(with: Data(command.output.utf8)) as? [String: Any]
      let readings = try #require(snapshot?["readings"] as? [String: [String: Any]])
      return readings.compactMapValues { $0["state"] as? String }
    }
    let without = try states(["setpriv", "--bounding-set", "-all", "--inh-caps", "-all", "--no-new-privs"])
    #expect(without.count > 10)
    #expect(try without == states([]))
  }
}
