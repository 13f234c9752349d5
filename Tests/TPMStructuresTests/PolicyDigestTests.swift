import BaseEncodings
import TPMStructures
import Testing

@Suite("Policy digests, against trial sessions")
struct PolicyDigestTests {
  private let vectors: Vectors

  init() throws { vectors = try Vectors.tools.get() }

  @Test("PolicyPCR")
  func policyPCR() throws {
    for (key, hash, banks) in [
      ("pcr", HashAlgorithm.sha256, [(HashAlgorithm.sha256, [7, 13])]), ("pcr384", .sha256, [(.sha384, [7, 13])]),
      ("pcrBanks", .sha256, [(.sha256, [4, 7]), (.sha384, [13])]), ("pcrSHA384", .sha384, [(.sha256, [7])]),
    ] {
      let selection = PCRSelection(try banks.map { try PCRSelection.Bank($0.0, $0.1) })
      let values = try banks.flatMap { bank, pcrs in try pcrs.map { try vectors("pcr.\(bank).\($0)") } }
      var policy = PolicyDigest(hash)
      policy.policyPCR(selection, digest: PolicyDigest.pcrDigest(of: values, hash))
      #expect(policy.bytes == (try vectors("policy.\(key)")), "\(key)")
    }
  }

  @Test("commands without an entity")
  func simple() throws {
    let commands: [(String, (inout PolicyDigest) -> Void)] = [
      ("authValue", { $0.policyAuthValue() }), ("password", { $0.policyAuthValue() }),
      ("commandCode", { $0.policyCommandCode(0x15E) }), ("nvWritten", { $0.policyNvWritten(true) }),
      ("nvUnwritten", { $0.policyNvWritten(false) }),
    ]
    for (key, command) in commands {
      var policy = PolicyDigest()
      command(&policy)
      #expect(policy.bytes == (try vectors("policy.\(key)")), "\(key)")
    }
  }

  @Test("PolicyNV on a counter, with two comparisons")
  func policyNV() throws {
    let index = try Name(wire: vectors("nv.name.written"))
    for (key, comparison) in [
      ("nv", PolicyDigest.Comparison.equal), ("nvGreaterOrEqual", .unsignedGreaterOrEqual),
    ] {
      var policy = PolicyDigest()
      policy.policyNV(index, operand: try vectors("nv.counter"), comparison)
      #expect(policy.bytes == (try vectors("policy.\(key)")), "\(key)")
    }
  }

  @Test("PolicySecret, PolicySigned and PolicyAuthorize, with and without a reference")
  func entities() throws {
    let owner = Name(handle: 0x4000_0001)
    let key = try Name(wire: vectors("name.external"))
    let reference = Array("reference".utf8)
    let commands: [(String, (inout PolicyDigest) -> Void)] = [
      ("secret", { $0.policySecret(owner) }), ("secretReference", { $0.policySecret(owner, reference: [1, 2, 0xFF]) }),
      ("signed", { $0.policySigned(key) }), ("authorize", { $0.policyAuthorize(key, reference: reference) }),
      ("authorizePlain", { $0.policyAuthorize(key) }),
      (
        "authorizeAuthValue",
        {
          $0.policyPCR(PCRSelection([]), digest: [])
          $0.policyAuthorize(key)
          $0.policyAuthValue()
        }
      ),
    ]
    for (name, command) in commands {
      var policy = PolicyDigest()
      command(&policy)
      #expect(policy.bytes == (try vectors("policy.\(name)")), "\(name)")
    }
  }

  @Test("PolicyOR of two branches; one and nine are refused")
  func policyOR() throws {
    var policy = PolicyDigest()
    let branches = [try vectors("policy.authValue"), try vectors("policy.pcr")]
    try policy.policyOR(branches)
    #expect(policy.bytes == (try vectors("policy.or")))
    #expect(throws: TPMStructureError.policyBranches(1)) { try policy.policyOR([branches[0]]) }
    #expect(throws: TPMStructureError.policyBranches(9)) {
      try policy.policyOR(Array(repeating: branches[0], count: 9))
    }
  }

  @Test("a PCR outside 0 to 23 is refused", arguments: [-1, 24, Int.max])
  func pcrRange(_ pcr: Int) {
    #expect(throws: TPMStructureError.pcr(pcr)) { try PCRSelection(.sha256, [7, pcr]) }
  }

  @Test("a selection says which PCRs it holds, as tpm2-tools take it")
  func selection() throws {
    let selection = PCRSelection([try .init(.sha256, [13, 7]), try .init(.sha384, [0, 23])])
    #expect(selection.description == "sha256:7,13+sha384:0,23")
    // TPML_PCR_SELECTION of part 2, 10.9.7, by hand.
    #expect(Hexadecimal.text(selection.wire) == "00000002" + "000b03802000" + "000c03010080")
  }
}
