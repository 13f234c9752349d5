import Foundation
import TestSupport
import Testing

@testable import OpenBaoDouble

/// `ll-agent` with the settings of a rendered node, against the server's double with the rendered self-initialisation.
@Suite("OpenBao's double: a rendered node's ll-agent", .serialized)
struct NodeAgentTests {
  private static func agent(_ words: [String], on master: RenderedMaster) throws -> Command {
    try Command(
      [
        "/usr/bin/env", "LL_STATE_DIRECTORY=\(master.path("state"))", "LL_RUNTIME_DIRECTORY=\(master.path("runtime"))",
        BuiltProgram.path("ll-agent"),
      ] + words + ["--config", master.path("ll-agent.conf")], seconds: 60)
  }

  /// The serial numbers of the certificates that it keeps, the current one's and the next one's.
  private static func serials(_ master: RenderedMaster) throws -> [String] {
    try ["current", "next"].map { name in
      try Command(["openssl", "x509", "-noout", "-serial", "-in", master.path("state/\(name).pem")]).output
    }
  }

  @Test("its login's key gets the first certificate and every other: OpenBao's roles trust no issuer but that key's")
  func renewed() async throws {
    let master = try RenderedMaster()
    try FileManager.default.createDirectory(
      atPath: master.path("state"), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try master.folder.write(master.nodeAgent, to: "ll-agent.conf")
    let server = try await OpenBaoServer.start(paths: [master.path("conf")])
    #expect(await APICaller(master).waitForHealth([200]) == 200)

    let first = try Self.agent(["enroll"], on: master)
    #expect(first.status == 0, "\(first.errors)")
    let renewed = try Self.agent(["enroll", "--renew"], on: master)
    #expect(renewed.status == 0, "\(renewed.errors)")
    #expect(Set(try Self.serials(master)).count == 2)

    // A desk that is late with the login's certificate: the node's own is shown, and what OpenBao says of it is told.
    try master.folder.write(
      master.desk.authority("bootstrap").leaf("master-1", unit: "master", hours: -0.5), to: "login/login.pem")
    let late = try Self.agent(["enroll", "--renew"], on: master)
    #expect(late.status == 3)
    #expect(late.errors.contains("the login's certificate expired"), "\(late.errors)")
    #expect(late.errors.contains("no role of the login trusts this certificate's issuer"), "\(late.errors)")
    try FileManager.default.removeItem(atPath: master.path("login/login.pem"))
    let gone = try Self.agent(["enroll", "--renew"], on: master)
    #expect(gone.status == 3)
    #expect(gone.errors.contains("\(master.path("login/login.pem")): it is not there"), "\(gone.errors)")
    #expect(Set(try Self.serials(master)).count == 2)
    await server.stop()
  }
}
