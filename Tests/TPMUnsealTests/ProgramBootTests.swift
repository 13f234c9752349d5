import Foundation
import TestSupport
import Testing

@Suite(
  "ll-tpm: from the desk to the boot", .enabled(if: ProgramNode.isPossible, "swtpm, tpm2-tools or openssl is missing"))
struct ProgramBootTests {
  @Test("identity, seal-for without a TPM, import, and unseal by the manifest give the files byte for byte")
  func bundle() async throws {
    let node = try await ProgramNode.booted()
    // No newline at the end, zero bytes, and more than a TPM holds.
    let key = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
    let listener = [UInt8](repeating: 0, count: 5000) + key
    try node.write(key, to: "key")
    try node.write(listener, to: "listener")

    // The desk: the TPM is switched off.
    node.software.kill()
    let sealed = try node.llTPM(
      ["seal-for", "--identity", "identity.json", "--entry", "static-seal.key=key", "--entry", "l.pem=listener"]
        + ["--out", "openbao.pem"] + node.policy())
    #expect(sealed.status == 0, "\(sealed.errors)")
    #expect(try node.llTPM("inspect", "--blob", "openbao.pem").status == 0)
    for name in ["key", "listener", "release.pem"] { try FileManager.default.removeItem(atPath: node.path(name)) }

    // The node boots.
    try node.software.start()
    try await node.boot()
    try Self.writeManifest(node)
    #expect(try node.llTPM("unseal", "--manifest", "release.conf").status == 1)
    #expect(try node.namesInMemory() == [])
    let imported = try node.llTPM("import", "--manifest", "release.conf")
    #expect(imported.status == 0, "\(imported.errors)")
    let after = try node.bytes("openbao.pem")
    #expect(try node.llTPM("import", "--manifest", "release.conf").status == 0)
    #expect(try node.bytes("openbao.pem") == after)
    #expect(
      try node.namesOnDisk() == ["auth", "identity.json", "openbao.json", "openbao.pem", "release.conf", "release.pub"])

    for _ in 0..<2 {
      let unsealed = try node.llTPM("unseal", "--manifest", "release.conf")
      #expect(unsealed.status == 0 && unsealed.output == "" && unsealed.errors == "", "\(unsealed.errors)")
      #expect(try node.namesInMemory() == ["l.pem", "static-seal.key"])
      #expect(try node.released("static-seal.key") == key)
      #expect(try node.released("l.pem") == listener)
      #expect(try node.tool("stat", "--format", "%a %u:%g", node.inMemory("l.pem")) == "640 100:1000\n")
      #expect(try node.tool("stat", "--format", "%a", node.inMemory("static-seal.key")) == "400\n")
    }
    #expect(try node.tool("tpm2_getcap", "handles-transient") == "")
    #expect(try node.tool("tpm2_getcap", "handles-loaded-session") == "")

    // A copy of the disk without the encrypted part gives nothing, nor does this disk in another machine.
    try FileManager.default.moveItem(atPath: node.path("auth"), toPath: node.path("elsewhere"))
    let stolen = try node.llTPM("unseal", "--manifest", "release.conf")
    #expect(stolen.status == 3)
    #expect(stolen.errors.contains("cannot read \(node.path("auth"))"), "\(stolen.errors)")
    try FileManager.default.moveItem(atPath: node.path("elsewhere"), toPath: node.path("auth"))
    let other = try await ProgramNode.booted()
    let cloned = try node.llTPM("unseal", "--manifest", "release.conf", environment: ["LL_TCTI": other.software.tcti])
    #expect(cloned.status == 3)
    #expect(cloned.errors.contains("another TPM"), "\(cloned.errors)")
  }

  @Test("a manifest that asks for what the bundle has not leaves nothing behind")
  func missingEntry() async throws {
    let node = try await ProgramNode.booted()
    try node.write([1, 2, 3], to: "key")
    let sealed = try node.llTPM(
      ["seal-for", "--identity", "identity.json", "--entry", "static-seal.key=key", "--out", "openbao.pem"]
        + node.policy())
    #expect(sealed.status == 0, "\(sealed.errors)")
    try Self.writeManifest(node)
    try node.ll("import", "--manifest", "release.conf")
    let command = try node.llTPM("unseal", "--manifest", "release.conf")
    #expect(command.status == 1)
    #expect(command.errors.contains("the bundle holds no 'l.pem'; it holds static-seal.key"), "\(command.errors)")
    #expect(try node.namesInMemory() == [])
  }

  @Test("a secret goes into one file with --out, from standard input and as a bundle where it is long")
  func oneFile() async throws {
    let node = try ProgramNode()
    for count in [1, 128, 129, 4096] {
      let secret = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
      try node.ll("seal", "--policy", "tpm-only", "--in", "-", "--out", "one.pem", input: Data(secret))
      try node.ll("unseal", "--blob", "one.pem", "--out", node.inMemory("one"), "--mode", "0640", "--owner", "7:8")
      #expect(try node.released("one") == secret)
      #expect(try node.tool("stat", "--format", "%a %u:%g", node.inMemory("one")) == "640 7:8\n")
    }
    #expect(try node.namesInMemory() == ["one"])
  }

  @Test("where the second of two files cannot be made, the first does not appear")
  func allOrNone() async throws {
    let node = try await ProgramNode.booted()
    try node.write([1, 2, 3], to: "key")
    let sealed = try node.llTPM(
      ["seal-for", "--identity", "identity.json", "--entry", "static-seal.key=key", "--entry", "l.pem=key"]
        + ["--out", "openbao.pem"] + node.policy())
    #expect(sealed.status == 0, "\(sealed.errors)")
    try Self.writeManifest(node)
    try node.ll("import", "--manifest", "release.conf")
    // What is in the way of the second file's new content is a folder.
    try FileManager.default.createDirectory(
      atPath: node.inMemory(".l.pem.ll-new/in-the-way"), withIntermediateDirectories: true)
    let command = try node.llTPM("unseal", "--manifest", "release.conf")
    #expect(command.status == 3)
    #expect(command.errors.contains("File exists"), "\(command.errors)")
    #expect(try node.namesInMemory() == [".l.pem.ll-new"])
  }

  private static func writeManifest(_ node: ProgramNode) throws {
    let text = """
      [Bundle]
      Blob=\(node.path("openbao.pem"))
      AuthFile=\(node.path("auth"))
      ReleaseKey=\(node.path("release.pub"))

      [File]
      Name=static-seal.key
      Path=\(node.inMemory("static-seal.key"))

      [File]
      Name=l.pem
      Path=\(node.inMemory("l.pem"))
      Owner=100:1000
      Mode=0640
      SELinuxContext=system_u:object_r:container_file_t:s0

      """
    try node.write(Array(text.utf8), to: "release.conf")
  }
}
