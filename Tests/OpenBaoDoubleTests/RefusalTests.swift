import Foundation
import TestSupport
import Testing

/// The double refuses what OpenBao refuses, in its words.
@Suite("OpenBao's double: refused configurations", .serialized)
struct RefusalTests {
  /// Runs a program until it refuses: its exit status and what it said.
  static func outcome(_ program: String, _ refusal: Refusal, _ master: RenderedMaster) throws -> (Int32, String) {
    try master.change(refusal.file, refusal.old, to: refusal.new)
    if refusal.file == "conf/openbao.hcl" {
      try FileManager.default.removeItem(atPath: master.path("conf/self-init.hcl"))
    }
    let words =
      refusal.file == "agent.hcl"
      ? ["agent", "-config=\(master.path("agent.hcl"))"] : ["server", "-config=\(master.path("conf"))"]
    let run = try Command(["timeout", "--kill-after=2", "25", program] + words)
    return (run.status, run.output + run.errors)
  }

  @Test("a changed server configuration is refused", arguments: Refusal.server)
  func server(_ refusal: Refusal) throws { try Self.expect(BuiltProgram.path("openbao-double"), refusal) }

  @Test("a changed self-initialisation is refused", arguments: Refusal.selfInitialisation)
  func selfInitialisation(_ refusal: Refusal) throws { try Self.expect(BuiltProgram.path("openbao-double"), refusal) }

  @Test("a changed agent configuration is refused", arguments: Refusal.agent)
  func agent(_ refusal: Refusal) throws { try Self.expect(BuiltProgram.path("openbao-double"), refusal) }

  @Test("a changed template is refused", arguments: Refusal.template)
  func template(_ refusal: Refusal) throws { try Self.expect(BuiltProgram.path("openbao-double"), refusal) }

  static func expect(_ program: String, _ refusal: Refusal, _ master: RenderedMaster? = nil) throws {
    let (status, said) = try outcome(program, refusal, try master ?? RenderedMaster())
    #expect(status == 1, "\(refusal.citation)")
    #expect(said.contains(refusal.words), "\(said.suffix(600))")
  }
}

/// The same table against the real program, so that the double is not stricter by invention.
@Suite(
  "RealOpenBao: refuses what its double refuses", .serialized,
  .enabled(if: ProcessInfo.processInfo.environment["LL_BAO"] != nil, "LL_BAO names no bao"))
struct RealOpenBaoRefusalTests {
  private var program: String { ProcessInfo.processInfo.environment["LL_BAO"] ?? "bao" }

  @Test("a changed server configuration is refused", arguments: Refusal.server + Refusal.selfInitialisation)
  func server(_ refusal: Refusal) throws { try RefusalTests.expect(program, refusal) }

  @Test("a changed agent configuration is refused", arguments: Refusal.agent)
  func agent(_ refusal: Refusal) throws { try RefusalTests.expect(program, refusal) }

  @Test("a changed template is refused", arguments: Refusal.template)
  func template(_ refusal: Refusal) async throws {
    let master = try RenderedMaster()
    let server = try ServerProcess(master)
    #expect(await APICaller(master).waitForHealth([200]) == 200)
    try RefusalTests.expect(program, refusal, master)
    server.end(SIGTERM)
  }
}
