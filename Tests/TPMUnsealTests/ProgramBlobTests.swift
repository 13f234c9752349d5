import Foundation
import TestSupport
import Testing

@Suite("ll-tpm: files that are wrong", .enabled(if: ProgramNode.isPossible, "swtpm, tpm2-tools or openssl is missing"))
struct ProgramBlobTests {
  @Test("every fault of a sidecar is told as FILE:LINE:COL, with status 1, before the TPM is reached")
  func sidecar() throws {
    let node = try Self.sealed()
    let text = String(decoding: try node.bytes("blob.json"), as: UTF8.self)
    try node.write(
      Array(
        text.replacingOccurrences(of: "\"policy\": \"tpm-only\"", with: "\"policy\": 7")
          .replacingOccurrences(of: "\"cluster\": \"\"", with: "\"cluster\": []").utf8), to: "blob.json")
    for words in Self.commands {
      let command = try node.llTPM(words, environment: ["LL_TCTI": "swtpm:path=/nowhere"])
      #expect(command.status == 1, "\(words): \(command.errors)")
      let lines = command.errors.split(separator: "\n")
      #expect(lines.contains { $0.hasPrefix("blob.json:3:13: error: ") }, "\(command.errors)")
      #expect(lines.contains { $0.hasPrefix("blob.json:4:14: error: ") }, "\(command.errors)")
    }
  }

  @Test("a sealed file that is cut off or no sealed file is status 1, and names the file", arguments: [0, 27, 200, -2])
  func pem(_ count: Int) throws {
    let node = try Self.sealed()
    let bytes = try node.bytes("blob.pem")
    try node.write(Array(bytes.prefix(count < 0 ? bytes.count + count : count)), to: "blob.pem")
    for words in Self.commands {
      let command = try node.llTPM(words, environment: ["LL_TCTI": "swtpm:path=/nowhere"])
      #expect(command.status == 1, "\(words): \(command.errors)")
      #expect(command.errors.contains("blob.pem: error: "), "\(command.errors)")
    }
  }

  @Test("a file that is not there is status 3")
  func missing() throws {
    let node = try Self.sealed()
    try FileManager.default.removeItem(atPath: node.path("blob.json"))
    for words in Self.commands {
      let command = try node.llTPM(words)
      #expect(command.status == 3)
      #expect(command.errors.contains("cannot read blob.json: No such file or directory"), "\(command.errors)")
    }
  }

  @Test("every fault of a manifest is told as FILE:LINE:COL")
  func manifest() throws {
    let node = try Self.sealed()
    let text = """
      [Bundle]
      Blob=blob.pem
      Colour=red
      [File]
      Name=secret
      Path=\(node.inMemory("out"))
      Owner=root:root
      Mode=0444
      [Folder]
      """
    try node.write(Array(text.utf8), to: "release.conf")
    for command in ["unseal", "import", "release"] {
      let result = try node.llTPM(command, "--manifest", "release.conf")
      #expect(result.status == 1)
      let places = result.errors.split(separator: "\n").filter { $0.contains(": error: ") }
        .map { $0.split(separator: " ")[0] }
      #expect(
        places == [
          "release.conf:2:1:", "release.conf:3:1:", "release.conf:7:1:", "release.conf:8:1:", "release.conf:9:1:",
        ], "\(result.errors)")
    }
    #expect(try node.namesInMemory() == [])
  }

  @Test("every fault of an identity and of substitutions is told as FILE:LINE:COL")
  func identity() async throws {
    let node = try await ProgramNode.booted()
    let text = String(decoding: try node.bytes("identity.json"), as: UTF8.self)
    try node.write(Array(text.replacingOccurrences(of: "\"version\": 1", with: "\"version\": 9").utf8), to: "odd.json")
    let words = ["seal-for", "--identity", "odd.json", "--in", "release.pub", "--out", "b.pem", "--policy", "tpm-only"]
    let odd = try node.llTPM(words)
    #expect(odd.status == 1)
    #expect(odd.errors.contains("odd.json:2:14: error: "), "\(odd.errors)")

    try node.write(Array("[Substitution]\nPCR=77\nColour=red\n".utf8), to: "staged")
    let staged = try node.llTPM(
      ["seal-for", "--identity", "identity.json", "--in", "release.pub", "--out", "b.pem", "--substitutions", "staged"]
        + node.policy())
    #expect(staged.status == 1)
    #expect(staged.errors.contains("staged:2:1: error: "), "\(staged.errors)")
    #expect(staged.errors.contains("staged:3:1: error: "), "\(staged.errors)")
    #expect(!(try node.namesOnDisk()).contains { $0.hasPrefix("b.") })
  }

  @Test("secrets are not written where they could reach a disk, or anybody could replace them")
  func folders() throws {
    let node = try Self.sealed()
    try node.ll("import", "--blob", "blob.pem")
    let disk = try node.llTPM("unseal", "--blob", "blob.pem", "--out", "out")
    #expect(disk.status == 3)
    #expect(disk.errors.contains("is on no tmpfs"), "\(disk.errors)")
    #expect(!(try node.namesOnDisk()).contains { $0.contains("out") })
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: node.memory.path)
    let open = try node.llTPM("unseal", "--blob", "blob.pem", "--out", node.inMemory("out"))
    #expect(open.status == 3)
    #expect(open.errors.contains("may be written by others"), "\(open.errors)")
    #expect(try node.namesInMemory() == [])
  }

  private static let commands = [
    ["inspect", "--blob", "blob.pem"], ["import", "--blob", "blob.pem"], ["doctor", "--blob", "blob.pem"],
    ["cap", "--blob", "blob.pem"], ["unseal", "--blob", "blob.pem", "--out", "/dev/shm/ll-test-never"],
  ]

  private static func sealed() throws -> ProgramNode {
    let node = try ProgramNode()
    try node.identify()
    try node.write(Array("thirty-two bytes, nothing secret".utf8), to: "secret")
    try node.ll(
      "seal-for", "--identity", "identity.json", "--in", "secret", "--out", "blob.pem", "--policy", "tpm-only")
    return node
  }
}
