import Foundation
import Testing

/// The built program; `nil` where this run did not build it.
private let program: URL? = {
  let url = Bundle.main.bundleURL.appendingPathComponent("ll-node")
  return FileManager.default.isExecutableFile(atPath: url.path) ? url : nil
}()

@Suite("ll-node: exit codes and words", .enabled(if: program != nil), .timeLimit(.minutes(5)))
struct LLNodeTests {
  let pki: TestPKI
  let node: NodeFolder

  init() throws {
    pki = try TestPKI.shared.get()
    node = try NodeFolder()
  }

  struct Outcome: Equatable {
    var code: Int32
    var output: String
    var error: String
  }

  /// - Parameter work: what is done while it runs; it can look at what was written to standard error so far.
  func run(
    _ arguments: String..., whileRunning work: (_ errors: () -> String) throws -> Void = { _ in }
  ) throws -> Outcome {
    let process = Process()
    let output = Pipe()
    let file = URL(fileURLWithPath: try node.write("", to: "errors-\(UUID().uuidString)"))
    func errors() -> String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }
    process.executableURL = program
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: file)
    try process.run()
    try work(errors)
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Outcome(code: process.terminationStatus, output: text, error: errors())
  }

  func manifest() throws -> String {
    try node.write(pki.text("kubernetes-anchor.pem"), to: "anchor.pem", mode: 0o644)
    return try node.write(
      """
      [Certificate]
      Name=kubelet
      Path=\(node.path)/kubelet.pem
      Anchor=\(node.path)/anchor.pem
      Usage=client
      CommonName=system:node:worker-1
      """, to: "pki-ready.conf")
  }

  @Test("--once: 0 and a line when ready, 3 and every finding when not")
  func once() throws {
    let manifest = try manifest()
    #expect(
      try run("pki-ready", "--manifest", manifest, "--once")
        == Outcome(
          code: 3, output: "",
          error: "pki-ready: waiting for 1 of 1: kubelet\n\(node.path)/kubelet.pem: error: missing\n"))
    try node.write(pki.bundle("client"), to: "kubelet.pem")
    #expect(
      try run("pki-ready", "--manifest", manifest, "--once")
        == Outcome(code: 0, output: "pki-ready: ready: 1 of 1\n", error: ""))
  }

  @Test("it waits until the certificate appears, and no key is in what it prints")
  func waits() throws {
    let manifest = try manifest()
    let secret = try pki.text("client.key").split(separator: "\n")[1]
    let fault = "the private key is not that of the certificate"
    let outcome = try run("pki-ready", "--manifest", manifest, "--interval", "0.05") { errors in
      try node.write(pki.bundle("server", key: "client"), to: "kubelet.pem")
      for _ in 0..<1200 where !errors().contains(fault) { Thread.sleep(forTimeInterval: 0.05) }
      try node.write(pki.bundle("client"), to: "kubelet.pem")
    }
    #expect(outcome.code == 0)
    #expect(outcome.output.hasPrefix("pki-ready: ready: 1 of 1"))
    #expect(outcome.error.contains(fault))
    #expect(!(outcome.output + outcome.error).contains(secret))
  }

  @Test("JSON is one object per line")
  func json() throws {
    let outcome = try run("pki-ready", "--manifest", manifest(), "--once", "--format", "json")
    #expect(outcome.code == 3)
    #expect(
      outcome.output == """
        {"gate":"pki-ready","items":[{"findings":["\(node.path)/kubelet.pem: error: missing"],"name":"kubelet",\
        "path":"\(node.path)/kubelet.pem","ready":false}],"ready":false,"waited":0}

        """)
  }

  @Test("a wrong manifest is 1 with FILE:LINE:COL, an absent one 3, a wrong command line 2")
  func codes() throws {
    let wrong = try node.write("[Certificate]\nNam=x\n[Secret]\nPath=/x\n", to: "wrong.conf")
    let outcome = try run("pki-ready", "--manifest", wrong)
    #expect(outcome.code == 1)
    #expect(outcome.error.split(separator: "\n").contains("\(wrong):2:1: error: unknown key Nam= in [Certificate]"))
    #expect(outcome.error.split(separator: "\n").count == 5)
    let absent = try run("pki-ready", "--manifest", "/absent.conf")
    #expect(
      absent == Outcome(code: 3, output: "", error: "/absent.conf: error: cannot be read: No such file or directory\n"))
    #expect(try run("pki-ready", "--interval", "0").code == 2)
    #expect(try run("no-such-gate").code == 2)
    #expect(try run().code == 2)
    #expect(try run("cilium-ready", "--url", "file:///etc/passwd").code == 2)
    let help = try run("--help")
    #expect(help.code == 0 && help.output.contains("cilium-ready") && help.error.isEmpty)
  }

  @Test("an agent that does not answer is 3, named with its address")
  func cilium() throws {
    #expect(
      try run("cilium-ready", "--once", "--url", "http://127.0.0.1:1/healthz")
        == Outcome(
          code: 3, output: "",
          error: """
            cilium-ready: waiting for 1 of 1: cilium
            http://127.0.0.1:1/healthz: error: the agent does not answer

            """))
  }
}
