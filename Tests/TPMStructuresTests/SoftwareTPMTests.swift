import BaseEncodings
import Crypto
import Foundation
import SecretMemory
import TPMStructures
import TestSupport
import Testing

@Suite(
  "What is computed here, used by swtpm and tpm2-tools",
  .enabled(if: SoftwareTPM.isInstalled && Tools.areInstalled, "swtpm or tpm2-tools is not installed"))
struct SoftwareTPMTests {
  private let tools: Tools
  private let data = pattern(128, 3)

  init() throws { tools = try Tools() }

  @Test("a duplication is imported, loaded and unsealed by its authorization value", arguments: ["ecc", "rsa2048"])
  func importByAuthorization(_ algorithm: String) throws {
    try tools("createprimary", "-C", "o", "-G", algorithm, "-c", "srk.ctx")
    try tools("readpublic", "-c", "srk.ctx", "-o", "srk.pub")
    let parent = try PublicArea(sizedWire: tools.read("srk.pub"))
    let authorization = pattern(32, 11)
    let duplication = try Duplication(
      sealing: secret(data), authValue: secret(authorization),
      as: .sealedObject(authPolicy: [], fixed: false, userWithAuth: true), for: parent)
    try load(duplication)
    try tools("unseal", "-c", "object.ctx", "-p", "hex:" + Hexadecimal.text(authorization), "-o", "out")
    #expect(try tools.read("out") == data)
    #expect(throws: Tools.Failed.self) {
      try tools("unseal", "-c", "object.ctx", "-p", "hex:" + Hexadecimal.text(pattern(32, 12)), "-o", "out")
    }
  }

  @Test("a duplication without an authorization value is unsealed without one", arguments: [1, 32])
  func importPlain(_ count: Int) throws {
    let duplication = try Duplication(
      sealing: secret(pattern(count, 1)), as: .sealedObject(authPolicy: [], fixed: false, userWithAuth: true),
      for: storageRootKey())
    try load(duplication)
    try tools("unseal", "-c", "object.ctx", "-o", "out")
    #expect(try tools.read("out") == pattern(count, 1))
    #expect(try tools.read("object.name") == duplication.publicArea.name.bytes)
  }

  @Test("every flipped bit of a duplication is refused")
  func flips() throws {
    let duplication = try Duplication(
      sealing: secret(data), as: .sealedObject(authPolicy: [], fixed: false, userWithAuth: true), for: storageRootKey())
    var generator = SeededGenerator(seed: 4)
    for part in ["private", "seed"] {
      for _ in 0..<8 {
        var bytes = part == "private" ? duplication.duplicate : duplication.encryptedSeed
        let bit = Int.random(in: 0..<(bytes.count * 8), using: &generator)
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(throws: Tools.Failed.self, "bit \(bit) of \(part)") {
          try load(
            duplication, privatePart: part == "private" ? bytes : nil, seed: part == "seed" ? bytes : nil)
        }
      }
    }
  }

  @Test("a policy approved offline by the release key unseals while PCRs and counter are as approved, and not after")
  func authorizedPolicy() throws {
    let key = P256.Signing.PrivateKey()
    let release = PublicArea.releaseKey(key.publicKey)
    let reference = Array(SHA256.hash(data: Array("a node".utf8)))
    try tools(
      "nvdefine", "0x1804c4c", "-C", "o", "-s", "8", "-a", "nt=counter|ownerwrite|authread|ownerread|no_da")
    try tools("nvincrement", "-C", "o", "0x1804c4c")
    try tools("nvread", "-C", "o", "0x1804c4c", "-o", "counter")
    let counter = NVPublic(
      index: 0x0180_4C4C, attributes: [.counter, .ownerWrite, .authRead, .ownerRead, .noDA, .written], dataSize: 8)

    var approved = PolicyDigest()
    let zeros = [[UInt8]](repeating: [UInt8](repeating: 0, count: 48), count: 2)
    approved.policyPCR(try PCRSelection(.sha384, [7, 13]), digest: PolicyDigest.pcrDigest(of: zeros))
    approved.policyNV(counter.name, operand: try tools.read("counter"))
    let approval = approved.bytes + reference
    let signature = try key.signature(for: approval)
    var policy = PolicyDigest()
    policy.policyAuthorize(release.name, reference: reference)
    let duplication = try Duplication(
      sealing: secret(data), as: .sealedObject(authPolicy: policy.bytes, fixed: false, userWithAuth: false),
      for: storageRootKey())
    try load(duplication)

    try tools.write("release.pub", release.sizedWire)
    try tools.write("approval", approval)
    try tools.write("reference", reference)
    try tools.write("approved", approved.bytes)
    try tools.write("signature", try #require(Signature(ecdsaP256: Array(signature.rawRepresentation))).wire)
    try tools("loadexternal", "-C", "o", "-u", "release.pub", "-c", "release.ctx", "-n", "release.name")
    #expect(try tools.read("release.name") == release.name.bytes)
    try tools(
      "verifysignature", "-c", "release.ctx", "-g", "sha256", "-m", "approval", "-s", "signature", "-t", "ticket")

    func unseal() throws {
      defer { try? tools("flushcontext", "session") }
      try tools("startauthsession", "--policy-session", "-S", "session")
      try tools("policypcr", "-S", "session", "-l", "sha384:7,13")
      try tools("policynv", "-S", "session", "-C", "o", "-i", "counter", "0x1804c4c", "eq")
      try tools(
        "policyauthorize", "-S", "session", "-i", "approved", "-n", "release.name", "-t", "ticket", "-q",
        Hexadecimal.text(reference))
      try tools("unseal", "-c", "object.ctx", "-p", "session:session", "-o", "out")
    }
    try unseal()
    #expect(try tools.read("out") == data)
    try tools("pcrextend", "13:sha384=" + String(repeating: "00", count: 48))
    #expect(throws: Tools.Failed.self) { try unseal() }
  }

  @Test(
    "a credential is activated by the TPM that has the endorsement key, for the key it names",
    arguments: ["ecc", "rsa"])
  func credential(_ algorithm: String) throws {
    try tools("createek", "-c", "ek.ctx", "-G", algorithm, "-u", "ek.pub")
    try tools("createak", "-C", "ek.ctx", "-c", "ak.ctx", "-G", "ecc", "-n", "ak.name", "-s", "ecdsa", "-g", "sha256")
    let endorsementKey = try PublicArea(sizedWire: tools.read("ek.pub"))
    let name = try Name(wire: tools.read("ak.name"))
    let credential = try Credential.make(secret(pattern(32, 21)), for: endorsementKey, name: name)
    // The header that tpm2_makecredential(1) writes: a magic number and version 1.
    try tools.write(
      "credential", [0xBA, 0xDC, 0xC0, 0xDE, 0, 0, 0, 1] + credential.blob + credential.encryptedSeed)
    try tools("startauthsession", "--policy-session", "-S", "session")
    try tools("policysecret", "-S", "session", "-c", "e")
    try tools(
      "activatecredential", "-c", "ak.ctx", "-C", "ek.ctx", "-i", "credential", "-o", "out", "-P", "session:session")
    #expect(try tools.read("out") == pattern(32, 21))
  }

  private func storageRootKey() throws -> PublicArea {
    let attributes = PublicArea.eccStorageRootKey.attributes.description
    try tools("createprimary", "-C", "o", "-G", "ecc", "-a", attributes, "-c", "srk.ctx")
    try tools("readpublic", "-c", "srk.ctx", "-o", "srk.pub")
    return try PublicArea(sizedWire: tools.read("srk.pub"))
  }

  private func load(_ duplication: Duplication, privatePart: [UInt8]? = nil, seed: [UInt8]? = nil) throws {
    try tools.write("object.pub", duplication.objectPublic)
    try tools.write("object.dup", privatePart ?? duplication.duplicate)
    try tools.write("object.seed", seed ?? duplication.encryptedSeed)
    try tools(
      "import", "-C", "srk.ctx", "-u", "object.pub", "-i", "object.dup", "-s", "object.seed", "-r", "object.priv")
    try tools("load", "-C", "srk.ctx", "-u", "object.pub", "-r", "object.priv", "-c", "object.ctx", "-n", "object.name")
  }
}

/// tpm2-tools against a simulated TPM of its own.
struct Tools {
  private let tpm: SoftwareTPM
  private let folder: TemporaryFolder

  /// A tool that did not end with 0, and its words.
  struct Failed: Error {
    let words: String
  }

  static let areInstalled = (try? Command(["tpm2_rc_decode", "0x99d"]).status) == 0

  init() throws {
    tpm = try SoftwareTPM()
    folder = try TemporaryFolder()
  }

  func callAsFunction(_ tool: String, _ arguments: String...) throws {
    let environment = ["TPM2TOOLS_TCTI": tpm.tcti]
    // The simulator has three object slots and no resource manager, and the tools leave what they load.
    if tool != "flushcontext" {
      _ = try Command(["tpm2_flushcontext", "-t"], in: folder.url, environment: environment)
    }
    let command = try Command(["tpm2_\(tool)"] + arguments, in: folder.url, environment: environment)
    guard command.status == 0 else { throw Failed(words: "\(tool): \(command.errors)") }
  }

  func read(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.url.appendingPathComponent(name))) }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: folder.url.appendingPathComponent(name))
  }
}
