import Crypto
import Foundation
import TestSupport
import Testing

@Suite("ll-agent fingerprint")
struct FingerprintCommandTests {
  private static let program = BuiltProgram.path("ll-agent")

  private func run(_ words: [String], environment: [String: String] = [:]) throws -> Command {
    try Command([Self.program, "fingerprint", "--no-tpm"] + words, environment: environment, seconds: 60)
  }

  @Test("shows facts, weights and what they come to")
  func text() throws {
    let tree = try MachineTree("written-rack-server")
    let shown = try run(["--rootfs", tree.path])
    #expect(shown.status == 0 && shown.errors.isEmpty)
    let lines = shown.output.split(separator: "\n").map(String.init)
    #expect(lines.first?.split(separator: " ").joined(separator: " ") == "FACT WEIGHT VALUE HYPERVISOR SOURCE")
    #expect(lines.contains { $0.hasPrefix("product-uuid") && $0.contains("4c4c4544-0044-3510-8052-b4c04f4b3032") })
    #expect(lines.contains { $0.hasPrefix("tpm-ek") && $0.hasSuffix("the TPM was not asked") })
    #expect(lines.contains("5 of 6 facts, weight 60 of 100: enough to tell this machine from others."))
    #expect(lines.contains("No hypervisor was found."))
  }

  @Test("what firmware says steers no terminal")
  func control() throws {
    let tree = try MachineTree(
      "written-rack-server", replacing: ["chassis_serial = D5RK02": "chassis_serial = D5\u{1b}[31mRK\u{7}02"])
    let shown = try run(["--rootfs", tree.path])
    #expect(shown.status == 0)
    #expect(!shown.output.utf8.contains(0x1B) && !shown.output.utf8.contains(7))
  }

  @Test(
    "compares with what was printed before, in words and by its exit code",
    arguments: [
      ([:], [], 0, "same-machine", "The same machine: weight 60 the same, 0 different."),
      (
        ["D5RK02\n": "D5RK99\n"], [], 0, "changed",
        "The same machine, with chassis-serial changed: weight 55 the same, 5 different."
      ),
      (
        ["4C4C4544": "5C4C4544", "CNFCP0012300AB": "CNFCP0099999ZZ"], [], 1, "another-machine",
        "Another machine: weight 25 the same, 35 different."
      ),
      ([:], ["virtual/dmi"], 3, "not-enough", "Not enough to tell: weight 20 the same, 0 different, and it takes 30."),
    ] as [([String: String], [String], Int32, String, String)])
  func previous(
    replacing: [String: String], without: [String], status: Int32, verdict: String, words: String
  ) throws {
    let folder = try TemporaryFolder()
    let then = try MachineTree("written-rack-server")
    let before = try run(["--rootfs", then.path, "--format", "json"])
    try folder.write(before.output, to: "then.json")
    let file = folder.url.appendingPathComponent("then.json").path
    let tree = try MachineTree("written-rack-server", replacing: replacing, without: without)
    let text = try run(["--rootfs", tree.path, "--previous", file])
    #expect(text.status == status)
    #expect(text.output.split(separator: "\n").last.map(String.init) == words)
    #expect(text.errors.isEmpty == (status == 0))
    let json = try run(["--rootfs", tree.path, "--previous", file, "--format", "json"])
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    #expect((object?["comparison"] as? [String: Any])?["verdict"] as? String == verdict)
    #expect((object?["facts"] as? [[String: Any]])?.count == 6)
    #expect(json.status == status)
  }

  @Test("a previous file that is none ends with 1, and one that is not there with 3, both named")
  func wrongFile() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("no JSON", to: "x.json").path
    let wrong = try run(["--previous", file])
    #expect(wrong.status == 1 && wrong.errors.hasPrefix("\(file): error: it is no fingerprint"))
    let missing = try run(["--previous", file + "y"])
    #expect(missing.status == 3 && missing.errors == "\(file)y: error: \(file)y does not exist\n")
    #expect(wrong.output.isEmpty && missing.output.isEmpty)
  }

  @Test("without privileges the files that are for root only are absent, and a credential stands in")
  func unprivileged() throws {
    let tree = try MachineTree("written-rack-server")
    for name in ["product_uuid", "board_serial", "chassis_serial"] {
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o400], ofItemAtPath: "\(tree.path)/sys/devices/virtual/dmi/id/\(name)")
    }
    let credentials = try TemporaryFolder()
    try credentials.write("0a1b2c3d-0000-4000-8000-00000000000a", to: "product-uuid")
    guard getuid() == 0 else { return }
    let shown = try Command(
      [
        "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", Self.program, "fingerprint", "--no-tpm",
        "--rootfs", tree.path,
      ], environment: ["CREDENTIALS_DIRECTORY": credentials.url.path], seconds: 60)
    #expect(shown.status == 0)
    #expect(shown.output.contains("0a1b2c3d-0000-4000-8000-00000000000a"))
    #expect(shown.output.contains("credential product-uuid"))
    #expect(
      shown.output.contains(
        "board_serial may not be read by this process, and no credential board-serial was handed in"))
  }

  @Test("a TPM that does not answer is absent, with the reason")
  func noTPM() throws {
    let tree = try MachineTree("written-rack-server")
    let shown = try Command(
      [Self.program, "fingerprint", "--rootfs", tree.path, "--tcti", "device:/nonexistent/tpm"], seconds: 60)
    #expect(shown.status == 0)
    #expect(shown.output.contains("5 of 6 facts"))
    let nonsense = try Command([Self.program, "fingerprint", "--rootfs", tree.path, "--tcti", "foo"], seconds: 60)
    #expect(nonsense.status == 2)
  }

  @Test(
    "the TPM's endorsement key is the one that tpm2-tools make of it", .enabled(if: SoftwareTPM.isInstalled))
  func endorsementKey() throws {
    let tpm = try SoftwareTPM()
    let tree = try MachineTree("written-rack-server")
    let shown = try Command(
      [Self.program, "fingerprint", "--rootfs", tree.path, "--tcti", tpm.tcti, "--format", "json"], seconds: 120)
    let object = try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any]
    let fact = (object?["facts"] as? [[String: Any]])?.first { $0["name"] as? String == "tpm-ek" }
    // `tpm2_createek -u` writes TPM2B_PUBLIC.
    let key = tpm.folder.url.appendingPathComponent("ek.pub")
    let made = try Command(
      ["tpm2_createek", "-Q", "-T", tpm.tcti, "-G", "ecc", "-c", "ek.ctx", "-u", key.path], in: tpm.folder.url,
      seconds: 120)
    try #require(made.status == 0, "\(made.errors)")
    let expected = SHA256.hash(data: try Data(contentsOf: key)).map { String(format: "%02x", $0) }.joined()
    #expect(fact?["digest"] as? String == expected)
    #expect(fact?["sources"] as? [String] == [tpm.tcti])
    #expect(object?["weight"] as? Int == 100)
  }

  @Test("a wrong command line is usage", arguments: [["--no-tpm", "--tcti", "swtpm:"], ["--format", "xml"]])
  func usage(words: [String]) throws {
    #expect(try Command([Self.program, "fingerprint"] + words, seconds: 60).status == 2)
  }
}
