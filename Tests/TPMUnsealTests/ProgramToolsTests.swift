import Foundation
import TestSupport
import Testing

@Suite("ll-tpm and tpm2-tools", .enabled(if: ProgramNode.isPossible, "swtpm, tpm2-tools or openssl is missing"))
struct ProgramToolsTests {
  private let secret = Array("what both of them must give back".utf8)

  @Test("tpm2_load and tpm2_unseal open what inspect exports of a tpm-only blob")
  func exported() throws {
    let node = try ProgramNode()
    try node.write(secret, to: "secret")
    try node.ll("seal", "--policy", "tpm-only", "--in", "secret", "--out", "blob.pem")
    let words = try node.ll("inspect", "--blob", "blob.pem", "--export", "object")
    #expect(words.contains("kind: local\npolicy: tpm-only\n"))
    try node.tool("tpm2_load", "-C", "0x81000001", "-u", "object.pub", "-r", "object.priv", "-c", "object.ctx")
    try node.tool("tpm2_unseal", "-c", "object.ctx", "-o", "unsealed")
    #expect(try node.bytes("unsealed") == secret)
  }

  @Test(
    "unseal --foreign opens what tpm2_create sealed and tpm2_encodeobject wrote, with an authorization value and without"
  )
  func foreign() throws {
    let node = try ProgramNode()
    try node.ll("identity", "--event-log", ProgramNode.eventLog(), "--out", "identity.json")
    try node.write(secret, to: "secret")
    let create = ["tpm2_create", "-C", "0x81000001", "-i", "secret", "-u", "f.pub", "-r", "f.priv"]
    for value in [nil, "hex:00010203"] {
      let made = try Command(
        create + (value.map { ["-p", $0] } ?? []), in: node.disk.url,
        environment: ["TPM2TOOLS_TCTI": node.software.tcti])
      #expect(made.status == 0, "\(made.errors)")
      try node.tool("tpm2_encodeobject", "-C", "0x81000001", "-u", "f.pub", "-r", "f.priv", "-o", "f.pem")
      try node.tool("tpm2_flushcontext", "-t")
      try node.write([0, 1, 2, 3], to: "value")
      let words = ["unseal", "--foreign", "--blob", "f.pem", "--out", node.inMemory("f")]
      let command = try node.llTPM(words + (value == nil ? [] : ["--auth-file", "value"]))
      #expect(command.status == 0, "\(command.errors)")
      #expect(try node.released("f") == secret)
      try FileManager.default.removeItem(atPath: node.inMemory("f"))
      guard value != nil else { continue }
      let without = try node.llTPM(words)
      #expect(without.status == 3)
      #expect(without.errors.contains("TPM2_Unseal: "), "\(without.errors)")
      #expect(try node.namesInMemory() == [])
    }
  }

  @Test("unseal --foreign refuses what is under a policy, and what is for import")
  func refused() async throws {
    let node = try await ProgramNode.booted()
    try node.write(secret, to: "secret")
    try node.tool("tpm2_createpolicy", "--policy-pcr", "-l", "sha256:7", "-L", "pcr.policy")
    try node.tool(
      "tpm2_create", "-C", "0x81000001", "-i", "secret", "-u", "f.pub", "-r", "f.priv", "-L", "pcr.policy", "-a",
      "fixedtpm|fixedparent")
    try node.tool("tpm2_encodeobject", "-C", "0x81000001", "-u", "f.pub", "-r", "f.priv", "-o", "f.pem")
    let policy = try node.llTPM("unseal", "--foreign", "--blob", "f.pem", "--out", node.inMemory("f"))
    #expect(policy.status == 1)
    #expect(policy.errors.contains("f.pem: error: the sealed object is under a policy"), "\(policy.errors)")
    try node.ll("seal-for", "--identity", "identity.json", "--in", "secret", "--out", "i.pem", "--policy", "tpm-only")
    let importable = try node.llTPM("unseal", "--foreign", "--blob", "i.pem", "--out", node.inMemory("f"))
    #expect(importable.status == 1)
    #expect(importable.errors.contains("import"), "\(importable.errors)")
    #expect(try node.namesInMemory() == [])
  }

  @Test("inspect says the same as JSON as in words")
  func inspected() throws {
    let node = try ProgramNode()
    try node.write(secret, to: "secret")
    try node.ll("seal", "--policy", "tpm-only", "--in", "secret", "--out", "blob.pem")
    let words = try node.ll("inspect", "--blob", "blob.pem")
    let json = try node.ll("inspect", "--blob", "blob.pem", "--format", "json")
    let members = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: String])
    #expect(Set(words.split(separator: "\n").map(String.init)) == Set(members.map { "\($0.key): \($0.value)" }))
    #expect(members["signedBy"] == "hmac-sha256")
    // FIPS 180-4 by another implementation: the key id is a hash that names the secret without telling it.
    try node.write(Array("ll-tpm key id v1\0".utf8) + secret, to: "hashed")
    #expect(members["keyID"] == String(try node.tool("sha256sum", "hashed").prefix(64)))
  }
}
