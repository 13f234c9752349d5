import BaseEncodings
import SealedObject
import TPMStructures
import Testing

@Suite("Policies and approvals")
struct PolicyTests {
  // Approved policies: tpm2_startauthsession, tpm2_policypcr, tpm2_policynv on the swtpm. policyRef and the object's policies: Python's hashlib, after
  // part 3 of the specification; that a TPM accepts them is shown where one unseals (TPMUnsealTests).
  private static let approved = "eb22d5c51f3046441d596eb63afc7f437acec48ea4df4073e2ffaea90e8345f6"
  private static let policyRef = "0a87402b219fc01d89b042e9b10779f6e267a0296caab3a6e638fdc537277fa3"

  @Test("names and digests are those of tpm2-tools on a swtpm")
  func digests() throws {
    let context = try Samples.context()
    let standard = try SealingPolicy.standard(bank: .sha256)
    #expect("\(context.releaseKey.name)" == "000b08530c6b20911dfbeae96a9a74232bf7601db36598e1d584905aa1838a048d13")
    #expect(
      "\(context.epoch.publicArea.name)" == "000b52dabca83fb6f19b579dccd25a7498d07f41a7af1ae6b66297fcec0b505e0681")
    #expect(Hexadecimal.text(context.policyRef(for: standard)) == Self.policyRef)
    #expect(
      Hexadecimal.text(context.objectPolicy(standard, usesAuthorizationValue: false))
        == "36f150174dc98056ab84ccae0878756cf4e97de4dfb6935d80f7351f2a0caa40")
    #expect(
      Hexadecimal.text(context.objectPolicy(standard, usesAuthorizationValue: true))
        == "3c5867d19b696fb1063df7acd1276369d85e34d74729c67a8736eef08795053f")
    let policies: [(SealingPolicy, PCRValues, String)] = [
      (try .standard(bank: .sha256), try Samples.pcrs(), Self.approved),
      (
        try .strict(bank: .sha256), try Samples.pcrs(),
        "129ab112883adfcb0597db86de93b51a34e13e413ddffa6960b3a9b184408521"
      ),
      (
        try .standard(bank: .sha384), try Samples.pcrs(.sha384),
        "d241eda047aa20652b92233b3d0928d0f777070cb59af89fd24983a372c477dc"
      ),
    ]
    for (policy, pcrs, digest) in policies {
      let pcrDigest = try pcrs.selected(by: policy).digest
      #expect(Hexadecimal.text(context.approvedPolicy(policy, pcrDigest: pcrDigest)) == digest)
    }
  }

  @Test("an approval that openssl signed is good for its node and epoch and for no other")
  func opensslSignature() throws {
    let policy = try SealingPolicy.standard(bank: .sha256)
    let chosen = try Samples.pcrs().selected(by: policy)
    let signature =
      "608bde57a2fd22754cc979fbf1819a7643259f62f1a20aad31b10b2e7acb8349"
      + "9cde0b179ba4fba645188d10cbbf081f0baf3b495f7dc4691311736692c14031"
    let approval = Approval(
      label: "44.1", pcrs: chosen, pcrDigest: chosen.digest, approvedPolicy: Hexadecimal.bytes(Self.approved) ?? [],
      signature: Hexadecimal.bytes(signature) ?? [])
    #expect(approval.refusals(policy: policy, context: try Samples.context()).isEmpty)
    let stricter = try SealingPolicy.strict(bank: .sha256)
    let refused = approval.refusals(policy: stricter, context: try Samples.context())
    #expect(refused.contains(.foreignApproval(label: "44.1")))
    let others = [
      try Samples.context(cluster: "test"), try Samples.context(node: "master-2"), try Samples.context(epoch: 2),
    ]
    for other in others {
      #expect(approval.refusals(policy: policy, context: other).contains(.foreignApproval(label: "44.1")))
    }
  }

  @Test("caps that can be reset or belong to somebody are refused", arguments: [-1, 0, 7, 14, 16, 17, 23, 24])
  func caps(pcr: Int) {
    #expect(throws: SealedObjectError.capPCR(pcr)) { try SealingPolicy.standard(bank: .sha256, capPCR: pcr) }
  }

  @Test("a cap among the policy's own PCRs is refused", arguments: [8, 9])
  func ownCap(pcr: Int) throws {
    #expect(throws: SealedObjectError.capPCR(pcr)) { try SealingPolicy.strict(bank: .sha256, capPCR: pcr) }
    #expect(try SealingPolicy.standard(bank: .sha256, capPCR: pcr).pcrs == [7, pcr])
  }

  @Test("banks but sha256 and sha384 are refused", arguments: [HashAlgorithm.sha1, .sha512])
  func banks(bank: HashAlgorithm) {
    #expect(throws: SealedObjectError.bank("\(bank)")) { try SealingPolicy.standard(bank: bank) }
  }

  @Test("PCRs that nothing was measured into and an extended cap are refused")
  func values() throws {
    let policy = try SealingPolicy.standard(bank: .sha256)
    let zeros = [UInt8](repeating: 0, count: 32)
    let ones = [UInt8](repeating: 0xFF, count: 32)
    let good = HashAlgorithm.sha256.hash([1])
    let cases: [([Int: [UInt8]], [SealedObjectError])] = [
      ([7: good, 13: zeros], []), ([7: zeros, 13: zeros], [.unmeasured(pcr: 7)]),
      ([7: ones, 13: zeros], [.unmeasured(pcr: 7)]), ([7: good, 13: good], [.capped(pcr: 13)]),
      ([7: good, 13: ones], [.capped(pcr: 13)]), ([13: zeros], [.missingPCR(7)]),
      ([:], [.missingPCR(7), .missingPCR(13)]),
    ]
    for (values, refusals) in cases {
      #expect(try PCRValues(bank: .sha256, values).refusals(for: policy) == refusals)
    }
    #expect(try Samples.pcrs(.sha384).refusals(for: policy) == [.bank("sha384")])
  }
}
