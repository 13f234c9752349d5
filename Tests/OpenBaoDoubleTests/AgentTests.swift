import Foundation
import TestSupport
import Testing

@testable import OpenBaoDouble

/// The agent's double on the rendered configuration, against the server's double.
@Suite("OpenBao's double: an agent", .serialized)
struct AgentTests {
  private static let files = 16

  /// Runs the agent until its folder has `count` files and `isDone`; what is in them, and the agent's exit status if it
  /// ended by itself.
  private func run(
    _ master: RenderedMaster, until count: Int = files, and isDone: () -> Bool = { true }, seconds: Double = 60
  ) throws -> ([String: Data], Int32?) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: BuiltProgram.path("openbao-double"))
    process.arguments = ["agent", "-config=\(master.path("agent.hcl"))"]
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let end = Date().addingTimeInterval(seconds)
    func names() -> [String] {
      ((try? FileManager.default.contentsOfDirectory(atPath: master.path("pki"))) ?? []).filter {
        !$0.hasSuffix(".tmp")
      }
    }
    while process.isRunning && !(names().count >= count && isDone()) && Date() < end {
      Thread.sleep(forTimeInterval: 0.1)
    }
    // So that one that is about to write once more does so.
    Thread.sleep(forTimeInterval: 1)
    let status = process.isRunning ? nil : process.terminationStatus
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
    let pairs = try names().map { ($0, try Data(contentsOf: URL(fileURLWithPath: master.path("pki/\($0)")))) }
    return (Dictionary(uniqueKeysWithValues: pairs), status)
  }

  @Test("it renders every file with its mode, and a restart reissues nothing")
  func rendered() async throws {
    let master = try RenderedMaster()
    let server = try await OpenBaoServer.start(paths: [master.path("conf")])
    #expect(await APICaller(master).waitForHealth([200]) == 200)
    let (first, status) = try run(master)
    #expect(first.count == Self.files && status == nil)
    #expect(first["sa.key"] == Data("not a key\n".utf8))
    #expect(
      String(decoding: first["encryption.yaml"] ?? Data(), as: UTF8.self).contains(
        "              secret: c2VjcmV0Ym94\n"))
    for name in first.keys {
      let mode = try FileManager.default.attributesOfItem(atPath: master.path("pki/\(name)"))[.posixPermissions] as? Int
      #expect(mode == 0o600, "\(name)")
    }
    for (name, anchor) in [
      ("kubelet", "kubernetes"), ("etcd-peer", "etcd"), ("kube-front-proxy-client", "front-proxy"),
    ] {
      let verified = try Command(
        ["openssl", "verify", "-CAfile", master.path("anchors/\(anchor).pem"), master.path("pki/\(name).pem")])
      #expect(verified.status == 0, "\(verified.errors)")
    }
    let (second, _) = try run(master)
    #expect(second == first)
    await server.stop()
  }

  @Test(
    "a certificate in the last tenth of its life is replaced, a younger one kept",
    arguments: [(20.0, true), (0.02, false)])
  func renewal(_ hours: Double, _ isKept: Bool) async throws {
    let master = try RenderedMaster()
    let server = try await OpenBaoServer.start(paths: [master.path("conf")])
    #expect(await APICaller(master).waitForHealth([200]) == 200)
    let old = try master.desk.authority("kubernetes").leaf("system:node:master-1", hours: hours)
    try master.folder.write(old, to: "pki/kubelet.pem")
    // Its file is there from the start: that there are as many as there should be says nothing of it.
    let (files, _) = try run(master, and: { isKept || (try? master.folder.text("pki/kubelet.pem")) != old })
    let certificate = String(decoding: files["kubelet.pem"] ?? Data(), as: UTF8.self).components(
      separatedBy: "-----END"
    ).first
    #expect((certificate == old.components(separatedBy: "-----END").first) == isKept)
    await server.stop()
  }

  @Test("a template that is refused is tried again and holds up no other")
  func independent() async throws {
    let master = try RenderedMaster()
    let server = try await OpenBaoServer.start(paths: [master.path("conf")])
    #expect(await APICaller(master).waitForHealth([200]) == 200)
    try master.change("agent.hcl", "issue/kubelet-master-1", to: "issue/kubelet-worker-1")
    let (files, status) = try run(master, until: Self.files - 1)
    #expect(files.count == Self.files - 1 && files["kubelet.pem"] == nil && status == nil)
    await server.stop()
  }

  @Test("a field that the secret has not ends it, by error_on_missing_key")
  func missingKey() async throws {
    let master = try RenderedMaster()
    let server = try await OpenBaoServer.start(paths: [master.path("conf")])
    #expect(await APICaller(master).waitForHealth([200]) == 200)
    try master.change("agent.hcl", ".Data.data.private_key", to: ".Data.data.zzz")
    let (files, status) = try run(master, until: 99)
    #expect(status == 1 && files["sa.key"] == nil)
    await server.stop()
  }
}
