import Foundation
import TestSupport
import Testing

@Suite("ll-tpm doctor", .enabled(if: ProgramNode.isPossible, "swtpm, tpm2-tools or openssl is missing"))
struct ProgramDoctorTests {
  private let secret = Array("what the doctor must not print".utf8)

  @Test("a node that is well: everything is ok but the simulator, which is told loudly, and the secret is not printed")
  func well() async throws {
    let node = try await healthy()
    let doctor = try diagnose(node)
    #expect(doctor.status == 0)
    #expect(doctor.output.contains("WARN   way to the TPM: \(node.software.tcti) IS A SIMULATOR"), "\(doctor.output)")
    #expect(doctor.output.contains("next: on a host use --tcti device:/dev/tpmrm0"))
    #expect(!doctor.output.contains("FAILED"), "\(doctor.output)")
    for subject in ["TPM", "lockout", "PCR banks", "storage root key", "epoch", "PCR 7", "PCR 13", "unseal"] {
      #expect(doctor.output.contains("\nok     \(subject): "), "\(subject): \(doctor.output)")
    }
    #expect(!doctor.output.contains("must not print"))
    let json = try diagnose(node, "--format", "json")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let items = try #require(object["diagnoses"] as? [[String: Any]])
    let lines = items.map { "\($0["subject"] ?? ""): \($0["words"] ?? "")" }
    #expect(lines.allSatisfy { doctor.output.contains($0) })
    #expect(items.count == doctor.output.split(separator: "\n").count { !$0.hasPrefix("       ") })
  }

  @Test("another TPM")
  func anotherTPM() async throws {
    let node = try await healthy()
    let other = try await ProgramNode.booted()
    let doctor = try diagnose(node, tcti: other.software.tcti)
    #expect(doctor.status == 3)
    #expect(doctor.output.contains("FAILED storage root key: another TPM, or this one was cleared"), "\(doctor.output)")
    #expect(doctor.output.contains("next: seal for this TPM: ll-tpm identity here, ll-tpm seal-for on the desk"))
    #expect(doctor.output.contains("FAILED unseal: another TPM"), "\(doctor.output)")
  }

  @Test("the storage root key is gone")
  func cleared() async throws {
    let node = try await healthy()
    try node.tool("tpm2_evictcontrol", "-c", "0x81000001")
    let doctor = try diagnose(node)
    #expect(doctor.status == 3)
    #expect(doctor.output.contains("FAILED storage root key: nothing is at 0x81000001"), "\(doctor.output)")
    #expect(doctor.output.contains("next: ll-tpm identity makes one"))
    #expect(doctor.output.contains("FAILED unseal: no storage root key at 0x81000001"), "\(doctor.output)")
    try node.tool("tpm2_clear", "-c", "p")
    let after = try diagnose(node)
    #expect(after.output.contains("FAILED epoch: no counter at 0x1804c4c"), "\(after.output)")
  }

  @Test("a PCR that changed: which, and with the old identity the event that changed it")
  func changed() async throws {
    let node = try await ProgramNode.booted()
    try node.sealAndImport(secret, "strict")
    try node.restart()
    try await node.boot("staged")
    let words = ["doctor", "--blob", "blob.pem", "--event-log", ProgramNode.eventLog("staged")]
    let without = try node.llTPM(words)
    #expect(without.status == 3)
    for pcr in [4, 8, 9] {
      #expect(without.output.contains("FAILED PCR \(pcr): reads "), "\(without.output)")
    }
    #expect(without.output.contains("\nok     PCR 7: as approved"))
    #expect(without.output.contains("next: if the change is meant, make a new identity on this node and approve it"))
    #expect(without.output.contains("with --identity"), "\(without.output)")
    let with = try node.llTPM(words + ["--identity", "identity.json"])
    #expect(with.output.contains("what changed:"), "\(with.output)")
    #expect(with.output.contains("/vmlinuz-6.1.0-50-cloud-amd64"), "\(with.output)")

    // Something that is in no log.
    try node.tool("tpm2_pcrextend", "7:sha256=\(String(repeating: "ab", count: 32))")
    let unlogged = try node.llTPM(words)
    #expect(unlogged.output.contains("FAILED PCR 7: reads "), "\(unlogged.output)")
    #expect(unlogged.output.contains("log"), "\(unlogged.output)")
  }

  @Test("the epoch was revoked")
  func revoked() async throws {
    let node = try await healthy()
    try node.identify("running", "--next-epoch")
    let doctor = try diagnose(node)
    #expect(doctor.status == 3)
    #expect(doctor.output.contains("FAILED epoch: revoked: sealed for epoch "), "\(doctor.output)")
    #expect(doctor.output.contains("next: use the blob that was sealed last, or seal again"))
    #expect(doctor.output.contains("FAILED unseal: "))
  }

  @Test("the blob was not imported yet")
  func notImported() async throws {
    let node = try await ProgramNode.booted()
    try node.write(secret, to: "secret")
    let sealed = try node.llTPM(
      ["seal-for", "--identity", "identity.json", "--in", "secret", "--out", "blob.pem"] + node.policy())
    #expect(sealed.status == 0, "\(sealed.errors)")
    let doctor = try diagnose(node)
    #expect(doctor.status == 0)
    #expect(doctor.output.contains("WARN   unseal: the blob is still the one for import"), "\(doctor.output)")
    #expect(doctor.output.contains("next: run ll-tpm import"))
  }

  @Test("the authorization value is missing, or another one")
  func authorizationValue() async throws {
    let node = try await ProgramNode.booted()
    try node.write(secret, to: "secret")
    let sealed = try node.llTPM(
      ["seal", "--in", "secret", "--out", "blob.pem", "--auth-file", "auth", "--event-log", ProgramNode.eventLog()]
        + node.policy())
    #expect(sealed.status == 0, "\(sealed.errors)")
    let without = try diagnose(node)
    #expect(without.status == 3)
    #expect(
      without.output.contains("FAILED unseal: the blob needs an authorization value (--auth-file)"), "\(without.output)"
    )
    try node.write([UInt8](repeating: 1, count: 32), to: "wrong")
    let wrong = try diagnose(node, "--auth-file", "wrong")
    #expect(wrong.status == 3)
    #expect(wrong.output.contains("FAILED unseal: TPM2_Unseal: "), "\(wrong.output)")
    #expect(try diagnose(node, "--auth-file", "auth").status == 0)
    #expect(without.errors.isEmpty && wrong.errors.isEmpty)
  }

  @Test("no TPM answers")
  func unreachable() async throws {
    let node = try await healthy()
    node.software.kill()
    let doctor = try diagnose(node)
    #expect(doctor.status == 3)
    #expect(doctor.output.contains("FAILED TPM: no TPM at \(node.software.tcti)"), "\(doctor.output)")
    #expect(doctor.output.contains("next: see that"))
  }

  private func healthy() async throws -> ProgramNode {
    let node = try await ProgramNode.booted()
    try node.sealAndImport(secret)
    return node
  }

  private func diagnose(_ node: ProgramNode, _ more: String..., tcti: String? = nil) throws -> Command {
    try node.llTPM(
      ["doctor", "--blob", "blob.pem", "--event-log", ProgramNode.eventLog()] + more,
      environment: ["LL_TCTI": tcti ?? node.software.tcti])
  }
}
