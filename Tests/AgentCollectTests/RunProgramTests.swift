import Foundation
import TestSupport
import Testing

@Suite("ll-agent run, the program", .serialized)
struct RunProgramTests {
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

  @Test("ready before it is licensed, it says why it is not, reloads, and ends in order with status 0")
  func service() throws {
    let agent = try RunningAgent(Self.settings)
    #expect(agent.notifies("READY=1"), "\(agent.logged)")
    #expect(agent.notifies("STATUS="))
    let status = try agent.ask("status")
    #expect(status.status == 0, "\(status.errors)")
    #expect(!status.output.isEmpty)
    var answer: [String: Any]?
    // The first dial waits for a random moment of two seconds.
    for _ in 0..<100 where answer?["fault"] == nil {
      let explained = try agent.ask("explain", ["--format", "json"])
      answer = try JSONSerialization.jsonObject(with: Data(explained.output.utf8)) as? [String: Any]
      usleep(300_000)
    }
    #expect(answer?["licensed"] as? Bool == false)
    #expect(answer?["node"] as? String == "worker-1")
    #expect(answer?["failedCheck"] as? String == "connection" || answer?["standing"] as? String == "connecting")
    #expect((answer?["fault"] as? String)?.contains("this node has no valid certificate") == true)
    // Not "check that the operator runs": it was not even dialled.
    #expect((answer?["advice"] as? String)?.hasPrefix("The operator is not to blame") == true)
    // Its tasks, sleeps and all, are those of an event loop: Dispatch's pool would wake it up every second.
    let threads = agent.threads
    #expect(threads.contains { $0.hasPrefix("NIO-") }, "\(threads)")
    #expect(!threads.contains { $0.hasSuffix("default-qos") }, "\(threads)")
    agent.signal(SIGHUP)
    #expect(agent.notifies("RELOADING=1"))
    #expect(agent.notifies("READY=1"))
    let began = Date()
    agent.signal(SIGTERM)
    #expect(agent.end() == 0, "\(agent.logged)")
    #expect(Date().timeIntervalSince(began) < 15)
    #expect(!FileManager.default.fileExists(atPath: agent.folder.url.path + "/run/status.sock"))
  }

  @Test("without an agent, status says so, shows what is remembered, and ends with 3")
  func stopped() throws {
    let folder = try TemporaryFolder()
    let text = Self.settings.replacingOccurrences(of: "@", with: folder.url.path)
    let file = try folder.write(text, to: "ll-agent.conf").path
    let status = try Command([BuiltProgram.path("ll-agent"), "status", "--config", file], seconds: 60)
    #expect(status.status == 3)
    #expect(status.output.contains("The agent is not running"))
    #expect(status.errors.contains("the agent is not running"))
  }

  @Test("check says a line for each thing that it tests, and ends with 3 where one failed")
  func check() throws {
    let folder = try TemporaryFolder()
    let text = Self.settings.replacingOccurrences(of: "@", with: folder.url.path)
    let file = try folder.write(text, to: "ll-agent.conf").path
    let check = try Command([BuiltProgram.path("ll-agent"), "check", "--config", file], seconds: 60)
    #expect(check.status == 3)
    let names = check.output.split(separator: "\n").map { String($0.prefix { $0 != ":" }) }
    #expect(
      names == ["state", "files", "certificate", "tpm", "openbao", "operator", "kubelet", "clock"], "\(check.output)")
    #expect(check.output.contains("operator: failed: 127.0.0.1:1: \(folder.url.path)/anchors.pem: it is not there"))
    #expect(check.output.contains("tpm: skipped"))
    #expect(check.output.contains("files: failed: \(folder.url.path)/anchors.pem: it is not there"))
    #expect(check.output.contains("certificate: failed: there is none yet; the settings name nobody"))
  }

  @Test("who does not answer, is not known, or is no TPM is said in the system's words, not in a library's")
  func unreachable() throws {
    let folder = try TemporaryFolder()
    let made = try Command(
      [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-subj", "/CN=a",
        "-keyout", "key.pem", "-out", "anchors.pem",
      ], in: folder.url, seconds: 60)
    #expect(made.status == 0, "\(made.errors)")
    let device = "/dev/ll-test-\(folder.url.lastPathComponent)"
    let text = Self.settings.replacingOccurrences(of: "@", with: folder.url.path) + "\n[TPM]\nTCTI=device:\(device)\n"
    func check(_ text: String) throws -> String {
      let file = try folder.write(text, to: "ll-agent.conf").path
      return try Command([BuiltProgram.path("ll-agent"), "check", "--config", file], seconds: 60).output
    }
    let refused = try check(text)
    #expect(refused.contains("operator: failed: 127.0.0.1:1: Connection refused\n"), "\(refused)")
    #expect(refused.contains("tpm: failed: no TPM at device:\(device)"), "\(refused)")
    #expect(refused.contains("there is no such device"))
    let unknown = try check(text.replacingOccurrences(of: "127.0.0.1:1\n", with: "operator.invalid:1\n"))
    #expect(
      unknown.contains("operator: failed: operator.invalid:1: operator.invalid is not known to this node's resolver\n"),
      "\(unknown)")
  }

  @Test("what is missing is said all at once, and the exit is 1")
  func missing() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("[OpenBao]\nMount=pki/platform\n", to: "ll-agent.conf").path
    let run = try Command([BuiltProgram.path("ll-agent"), "run", "--config", file], seconds: 60)
    #expect(run.status == 1)
    for key in ["Operator=", "OperatorAnchor=", "Address=", "Anchor=", "Role=", "IssuerAnchor="] {
      #expect(run.errors.contains("without \(key)"), "\(run.errors)")
    }
  }

  @Test("half of a login, and an OpenBao of which nothing is wanted, are findings and not ignored")
  func halfLogin() throws {
    let folder = try TemporaryFolder()
    let login = "LoginCertificate=/a.pem\nAppRoleID=a\nKubernetesRole=b\n"
    let file = try folder.write("[OpenBao]\nAddress=https://127.0.0.1\n\(login)", to: "ll-agent.conf").path
    let run = try Command([BuiltProgram.path("ll-agent"), "run", "--config", file], seconds: 60)
    #expect(run.status == 1)
    for words in [
      "[OpenBao] without Mount= (LL_OPENBAO_MOUNT)",
      "[OpenBao] LoginCertificate= without LoginKey= (LL_OPENBAO_LOGIN_KEY)",
      "[OpenBao] AppRoleID= without AppRoleWrappingFile= (LL_OPENBAO_APP_ROLE_WRAPPING_FILE)",
      "[OpenBao] KubernetesRole= without KubernetesTokenFile= (LL_OPENBAO_KUBERNETES_TOKEN_FILE)",
    ] { #expect(run.errors.contains(words), "\(run.errors)") }
  }

  @Test("enroll without an issuer says what the settings need, and ends with 3")
  func enroll() throws {
    let folder = try TemporaryFolder()
    let text = Self.settings.replacingOccurrences(of: "@", with: folder.url.path)
    let file = try folder.write(text, to: "ll-agent.conf").path
    let enroll = try Command([BuiltProgram.path("ll-agent"), "enroll", "--config", file], seconds: 60)
    #expect(enroll.status == 3)
    #expect(enroll.errors.contains("[OpenBao] needs Mount=, Role= and IssuerAnchor="), "\(enroll.errors)")
  }
}
