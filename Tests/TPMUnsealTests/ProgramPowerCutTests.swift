import Foundation
import TestSupport
import Testing

@Suite(
  "ll-tpm killed at any moment", .serialized,
  .enabled(if: ProgramNode.isPossible, "swtpm, tpm2-tools or openssl is missing"))
struct ProgramPowerCutTests {
  private static let rounds = 60
  private let secret = (0..<32).map { _ in UInt8.random(in: .min ... .max) }

  @Test("whenever import is killed, the next one leaves a local blob that gives the secret, and nothing beside it")
  func killedImport() async throws {
    let node = try await ProgramNode.booted()
    try node.write(secret, to: "secret")
    let sealed = try node.llTPM(
      ["seal-for", "--identity", "identity.json", "--in", "secret", "--out", "blob.pem"] + node.policy())
    #expect(sealed.status == 0, "\(sealed.errors)")
    try FileManager.default.removeItem(atPath: node.path("secret"))
    let names = try node.namesOnDisk()
    let importable = try node.bytes("blob.pem")
    let words = ["import", "--blob", "blob.pem", "--auth-file", "auth"]
    let whole = try await RunningProgram.duration(node, words)
    var (unfinished, finished) = (0, 0)
    for round in 0..<Self.rounds {
      try node.write(importable, to: "blob.pem")
      try? FileManager.default.removeItem(atPath: node.path("auth"))
      let wasKilled = try await RunningProgram.isKilled(node, words, after: whole * Double(round) / Double(Self.rounds))
      if try node.bytes("blob.pem") == importable { unfinished += 1 } else { finished += 1 }
      let again = try node.llTPM(words)
      #expect(again.status == 0, "round \(round), killed: \(wasKilled): \(again.errors)")
      #expect(try node.namesOnDisk() == (names + ["auth"]).sorted(), "round \(round)")
      let unsealed = try node.llTPM(
        "unseal", "--blob", "blob.pem", "--out", node.inMemory("out"), "--auth-file", "auth")
      #expect(unsealed.status == 0, "round \(round), killed: \(wasKilled): \(unsealed.errors)")
      #expect(try node.released("out") == secret)
      try FileManager.default.removeItem(atPath: node.inMemory("out"))
      #expect(try !node.holds(secret, below: node.disk.url))
    }
    // Else the moments were not those in which there is something to interrupt.
    #expect(unfinished > 0, "\(finished) finished")
  }

  @Test("whenever unseal is killed, the secret is nowhere but on the tmpfs, and the next run cleans up")
  func killedUnseal() async throws {
    let node = try await ProgramNode.booted()
    try node.sealAndImport(secret)
    let blob = try node.bytes("blob.pem")
    let names = try node.namesOnDisk()
    let words = ["unseal", "--blob", "blob.pem", "--out", node.inMemory("out")]
    var whole = try await RunningProgram.duration(node, words)
    var killed = 0
    for round in 0..<Self.rounds {
      try? FileManager.default.removeItem(atPath: node.inMemory("out"))
      if try await RunningProgram.isKilled(node, words, after: whole * Double(round) / Double(Self.rounds)) {
        killed += 1
      }
      #expect(Set(try node.namesInMemory()).isSubset(of: ["out", ".out.ll-new"]))
      // What is in its place is whole.
      if try node.namesInMemory().contains("out") { #expect(try node.released("out") == secret) }
      #expect(try node.bytes("blob.pem") == blob)
      #expect(try node.namesOnDisk() == names)
      #expect(try !node.holds(secret, below: node.disk.url))
      // As a run leaves it that is killed just before the last step.
      if round % 2 == 0 { try Data(secret).write(to: node.memory.appendingPathComponent(".out.ll-new")) }
      let start = ContinuousClock.now
      let again = try node.llTPM(words)
      // What the machine does besides makes a run slower and faster; the next moment is one of a run as they are now.
      whole = (ContinuousClock.now - start) / .seconds(1)
      #expect(again.status == 0, "round \(round): \(again.errors)")
      #expect(try node.namesInMemory() == ["out"], "round \(round)")
      #expect(try node.released("out") == secret)
    }
    #expect(killed > Self.rounds / 4)
  }
}
