import Foundation
import TestSupport
import Testing

@Suite("ll-tpm approve and release", .enabled(if: ProgramNode.isPossible, "swtpm, tpm2-tools or openssl is missing"))
struct ProgramApproveTests {
  private let secret = Array("released to the running and the staged OS".utf8)

  @Test("approve with substitutions lets the staged operating system in, and says what it changes")
  func staged() async throws {
    let node = try await ProgramNode.booted()
    try node.sealAndImport(secret, "strict")
    let approve = ["approve", "--identity", "identity.json", "--release-key", "release.pem", "--label", "44.2"]
    for name in ["staged.substitutions", "staged.grub.cfg"] {
      try FileManager.default.copyItem(
        at: ProgramNode.recorded.appendingPathComponent(name), to: node.disk.url.appendingPathComponent(name))
    }

    // Not approved yet: the staged system's boot gives nothing.
    try node.restart()
    try await node.boot("staged")
    let unseal = ["unseal", "--blob", "blob.pem", "--out", node.inMemory("out")]
    #expect(try node.llTPM(unseal).status == 3)

    node.software.kill()
    let approved = try node.llTPM(approve + ["--substitutions", "staged.substitutions", "blob.pem"])
    #expect(approved.status == 0, "\(approved.errors)")
    #expect(approved.output == "blob.json: \"44.2\", \"44.2, staged\"\n")
    let said = approved.errors.split(separator: "\n")
    #expect(said.count >= 7 && said.allSatisfy { $0.hasPrefix("staged: ") }, "\(approved.errors)")
    #expect(approved.errors.contains("PCR 4") && approved.errors.contains("PCR 8") && approved.errors.contains("PCR 9"))

    for boot in ["running", "staged"] {
      node.software.kill()
      try node.software.start()
      try await node.boot(boot)
      let command = try node.llTPM(unseal)
      #expect(command.status == 0, "\(boot): \(command.errors)")
      #expect(try node.released("out") == secret)
      try FileManager.default.removeItem(atPath: node.inMemory("out"))
    }
  }

  @Test("approve refuses a log that does not give the PCRs, and leaves every sidecar as it was")
  func unexplained() async throws {
    let node = try await ProgramNode.booted()
    try node.sealAndImport(secret)
    let before = try node.bytes("blob.json")
    try node.tool("tpm2_pcrextend", "7:sha256=\(String(repeating: "ab", count: 32))")
    try node.identify()
    let words = ["approve", "--identity", "identity.json", "--release-key", "release.pem", "blob.pem"]
    let command = try node.llTPM(words)
    #expect(command.status == 1)
    #expect(command.errors.contains("PCR 7"), "\(command.errors)")
    #expect(try node.bytes("blob.json") == before)
    try node.ll("seal", "--policy", "tpm-only", "--in", "release.pub", "--out", "only.pem")
    let only = try node.llTPM(Array(words.dropLast()) + ["only.pem"])
    #expect(only.status == 1)
    #expect(only.errors.contains("only.pem: error: tpm-only needs no approval"), "\(only.errors)")
  }

  // MARK: release

  @Test("release unlinks what unseal made once ll-node found OpenBao healthy, and keeps it otherwise")
  func released() async throws {
    let node = try await ProgramNode.booted()
    try node.sealAndImport(secret)
    try Self.install(node)
    try Self.writeManifest(node)
    let release = [
      "./ll-tpm", "release", "--manifest", "release.conf", "--health", "https://[::1]:8200", "--ca", "ca.pem",
    ]
    let environment = ["LL_TCTI": node.software.tcti]
    try Self.writeProof(node, status: 7)
    try node.ll("unseal", "--manifest", "release.conf")
    let sick = try Command(release, in: node.disk.url, environment: environment)
    #expect(sick.status == 3)
    #expect(sick.errors.contains("ll-node openbao-ready did not find OpenBao healthy (status 7)"), "\(sick.errors)")
    #expect(try node.namesInMemory() == ["out"])

    try Self.writeProof(node, status: 0)
    let healthy = try Command(release, in: node.disk.url, environment: environment)
    #expect(healthy.status == 0, "\(healthy.errors)")
    #expect(
      String(decoding: try node.bytes("said"), as: UTF8.self)
        == "openbao-ready --health https://[::1]:8200 --ca ca.pem\n")
    #expect(try node.namesInMemory() == [])

    // Again, with what a killed unseal left behind, and nothing to wait for.
    try Data(secret).write(to: node.memory.appendingPathComponent(".out.ll-new"))
    try node.ll("release", "--manifest", "release.conf")
    #expect(try node.namesInMemory() == [])
    try FileManager.default.removeItem(atPath: node.path("ll-node"))
    try node.ll("unseal", "--manifest", "release.conf")
    let without = try Command(release, in: node.disk.url, environment: environment)
    #expect(without.status == 3)
    #expect(without.errors.contains("ll-node: No such file or directory"), "\(without.errors)")
    #expect(try node.namesInMemory() == ["out"])
  }

  @Test("after release --cap, as after cap, nothing is released until the next boot")
  func capped() async throws {
    let node = try await ProgramNode.booted()
    try node.sealAndImport(secret)
    try Self.writeManifest(node)
    for cap in [["release", "--manifest", "release.conf", "--cap"], ["cap", "--blob", "blob.pem"]] {
      #expect(try node.llTPM("unseal", "--manifest", "release.conf").status == 0)
      let command = try node.llTPM(cap)
      #expect(command.status == 0, "\(command.errors)")
      if cap[0] == "cap" { try node.ll("release", "--manifest", "release.conf") }
      let zeros = String(repeating: "0", count: 64)
      #expect(!(try node.tool("tpm2_pcrread", "sha256:13")).contains(zeros))
      #expect(!(try node.tool("tpm2_pcrread", "sha384:13")).contains(zeros))
      let refused = try node.llTPM("unseal", "--manifest", "release.conf")
      #expect(refused.status == 3)
      #expect(try node.namesInMemory() == [])
      let doctor = try node.llTPM("doctor", "--blob", "blob.pem", "--event-log", ProgramNode.eventLog())
      #expect(doctor.status == 3)
      #expect(doctor.output.contains("FAILED PCR 13: the cap is set"), "\(doctor.output)")
      #expect(doctor.output.contains("next: reboot"), "\(doctor.output)")
      try node.restart()
      try await node.boot()
    }
    #expect(try node.llTPM("unseal", "--manifest", "release.conf").status == 0)
  }

  // The program looks for ll-node in its own folder.
  private static func install(_ node: ProgramNode) throws {
    try FileManager.default.copyItem(atPath: BuiltProgram.path("ll-tpm"), toPath: node.path("ll-tpm"))
  }

  private static func writeProof(_ node: ProgramNode, status: Int) throws {
    try node.write(Array("#!/bin/sh\necho \"$@\" > said\nexit \(status)\n".utf8), to: "ll-node")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: node.path("ll-node"))
  }

  private static func writeManifest(_ node: ProgramNode) throws {
    let text = """
      [Bundle]
      Blob=\(node.path("blob.pem"))

      [File]
      Name=secret
      Path=\(node.inMemory("out"))

      """
    try node.write(Array(text.utf8), to: "release.conf")
  }
}
