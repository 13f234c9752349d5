import BaseEncodings
import Diagnostics
import Foundation
import SealedObject
import SecretMemory
import TPMStructures
import Testing

@Suite("Sealed file and sidecar")
struct SealedPairTests {
  @Test("what the swtpm sealed under the policy, with its sidecar, is accepted and gives the plan")
  func accepts() throws {
    let (file, sidecar) = try Samples.standard()
    let pem = try file.pem()
    let check = Samples.check(pem, sidecar.text, pinned: try Samples.releaseKey())
    #expect(check.report.isEmpty, "\(check.report.findings)")
    let pair = try #require(check.pair)
    #expect(try pair.file.pem() == pem)
    #expect(pair.sidecar.text == sidecar.text)
    try pair.sidecar.verify(secret: try Samples.secret(Samples.key32))

    let approval = sidecar.approvals[0]
    let context = try Samples.context()
    let plan = try #require(try pair.plans().first)
    #expect(
      plan.steps == [
        .policyPCR(try PCRSelection(.sha256, [7, 13]), digest: approval.pcrDigest),
        .policyNV(context.epoch.publicArea, operand: [0, 0, 0, 0, 0, 0, 0, 1]),
        .policyAuthorize(
          key: context.releaseKey.publicArea, approvedPolicy: approval.approvedPolicy,
          policyRef: context.policyRef(for: pair.sidecar.policy),
          signature: try #require(Signature(ecdsaP256: approval.signature))),
      ])
    // The steps, run as a TPM runs them, end at the policy that the TPM put into the object.
    var digest = PolicyDigest(.sha256)
    digest.policyAuthorize(context.releaseKey.name, reference: context.policyRef(for: pair.sidecar.policy))
    #expect(digest.bytes == pair.file.key.publicArea.authPolicy)
  }

  @Test("tpm-only needs no steps, and its sidecar is vouched for by the secret")
  func tpmOnly() throws {
    let (file, sidecar) = try Samples.tpmOnly()
    let pair = try #require(Samples.check(try file.pem(), sidecar.text).pair)
    #expect(try pair.plans().map(\.steps) == [[]])
    try pair.sidecar.verify(secret: try Samples.secret(Samples.key32))
    var forged = pair.sidecar
    forged.node = "master-2"
    let key = try Samples.secret(Samples.key32)
    #expect(throws: SealedObjectError.signature) { try forged.verify(secret: key) }
    let other = try Samples.secret([1])
    #expect(throws: SealedObjectError.keyID) { try pair.sidecar.verify(secret: other) }
  }

  @Test(
    "a flipped bit of the PEM is refused, unless it is in the parts that the TPM itself protects",
    arguments: [true, false])
  func pemFlips(standard: Bool) throws {
    let (file, sidecar) = try standard ? Samples.standard() : Samples.tpmOnly()
    let pem = try file.pem()
    let der = try file.key.der()
    // The name's digest over the public area, and the integrity code of the private area, are checked by TPM2_Load.
    let unique = Array(file.key.exportedPublic.suffix(32))
    let protected = try [unique, file.key.privateArea].map { part in
      let start = try #require((0...(der.count - part.count)).first { der[$0...].starts(with: part) })
      return start..<(start + part.count)
    }
    var accepted = Set<Int>()
    for bit in 0..<(pem.count * 8) {
      var flipped = pem
      flipped[bit / 8] ^= 1 << UInt8(bit % 8)
      guard let pair = Samples.check(flipped, sidecar.text).pair else { continue }
      let changed = try pair.file.key.der()
      #expect(changed.count == der.count)
      #expect(pair.file.bundle == file.bundle)
      let differing = der.indices.filter { der[$0] != changed[$0] }
      #expect(!differing.isEmpty)
      for index in differing {
        #expect(protected.contains { $0.contains(index) }, "byte \(index) of the key file, bit \(bit) of the PEM")
      }
      accepted.formUnion(differing)
    }
    // Every byte of those parts was reached, or the loop proved nothing.
    #expect(accepted == Set(protected.flatMap { Array($0) }))
  }

  @Test("every flipped bit of the sidecar is refused, by its form or by its signature")
  func sidecarFlips() throws {
    let (file, sidecar) = try Samples.standard()
    let pem = try file.pem()
    for bit in 0..<(sidecar.text.count * 8) {
      var flipped = sidecar.text
      flipped[bit / 8] ^= 1 << UInt8(bit % 8)
      let check = Samples.check(pem, flipped)
      #expect(check.pair == nil && check.report.hasErrors, "bit \(bit)")
    }
  }

  @Test("every flipped bit of a tpm-only sidecar is refused before the unseal or by the secret")
  func tpmOnlySidecarFlips() throws {
    let (file, sidecar) = try Samples.tpmOnly()
    let pem = try file.pem()
    let key = try Samples.secret(Samples.key32)
    var bySecret = 0
    for bit in 0..<(sidecar.text.count * 8) {
      var flipped = sidecar.text
      flipped[bit / 8] ^= 1 << UInt8(bit % 8)
      guard let pair = Samples.check(pem, flipped).pair else { continue }
      bySecret += 1
      #expect(throws: SealedObjectError.self) { try pair.sidecar.verify(secret: key) }
    }
    #expect(bySecret > 0)
  }

  @Test("each thing that does not belong together is told, all at once")
  func refusals() throws {
    let (file, sidecar) = try Samples.standard()
    func refusals(
      _ file: SealedFile, signed: Bool = true, pinned: ReleaseKey? = nil, _ change: (inout Sidecar) throws -> Void
    ) throws -> [SealedObjectError] {
      var changed = sidecar
      try change(&changed)
      if signed { try changed.sign(with: try Samples.privateKey()) }
      return Samples.check(try file.pem(), changed.text, pinned: pinned).refusals
    }
    #expect(try refusals(file) { _ in }.isEmpty)
    let foreign = SealedObjectError.foreignApproval(label: "44.1")
    let other = SealedObjectError.approval(
      label: "44.1", "has an approvedPolicy that is not of its PCRs and this node's epoch")
    #expect(try refusals(file) { $0.node = "master-2" } == [.foreignReleaseKey, foreign])
    #expect(try refusals(file) { $0.cluster = "test" } == [.foreignReleaseKey, foreign])
    #expect(try refusals(file) { $0.epoch = try Samples.epoch(2) } == [.foreignReleaseKey, other, foreign])
    #expect(try refusals(file) { $0.approvals = [] } == [.noApproval])
    #expect(
      try refusals(file) { $0.bundle = [UInt8](repeating: 0, count: 32) }
        == [.bundle("is not the one that the sidecar names")])
    #expect(try refusals(SealedFile(key: file.key)) { _ in } == [.bundle("that the sidecar names is missing")])
    #expect(try refusals(file) { $0.bundle = nil } == [.bundle("is not named in the sidecar")])
    #expect(try refusals(file, signed: false) { $0.keyID = KeyID(of: try Samples.secret([9])) } == [.signature])
    var key = file.key
    key.parent = 0x8100_0002
    key.description = "x"
    #expect(
      try refusals(SealedFile(key: key, bundle: file.bundle)) { _ in } == [
        .object("has fields in its key file that nothing vouches for"), .parent(0x8100_0002, expected: 0x8100_0001),
      ])
    key = file.key
    key.emptyAuth = .no
    #expect(try refusals(SealedFile(key: key, bundle: file.bundle)) { _ in } == [.authorizationValue])
    #expect(
      try refusals(SealedFile(key: try Samples.object("tpmonly"), bundle: file.bundle)) { _ in }.last
        == .foreignReleaseKey)
  }

  @Test("a pinned release key is the only one that is accepted")
  func pin() throws {
    let (file, sidecar) = try Samples.standard()
    var der = sidecar.releaseKey?.der ?? []
    // The point with the other sign of y is on the curve too.
    let p = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
    let y = try #require(Hexadecimal.bytes(p))
    var borrow = 0
    for index in stride(from: 31, through: 0, by: -1) {
      let difference = Int(y[index]) - Int(der[der.count - 32 + index]) - borrow
      borrow = difference < 0 ? 1 : 0
      der[der.count - 32 + index] = UInt8(truncatingIfNeeded: difference)
    }
    let check = Samples.check(try file.pem(), sidecar.text, pinned: try ReleaseKey(der: der))
    #expect(check.refusals == [.unpinnedReleaseKey])
    let (plain, tpmOnly) = try Samples.tpmOnly()
    let unsigned = Samples.check(try plain.pem(), tpmOnly.text, pinned: try Samples.releaseKey())
    #expect(unsigned.refusals == [.unpinnedReleaseKey])
  }

  @Test("thousands of changed files neither crash nor pass as others")
  func mutations() throws {
    let (file, sidecar) = try Samples.standard()
    let inputs = [try file.pem(), try Samples.fixture("every-field.pem"), sidecar.text]
    let der = try SealedFile(pem: inputs[1]).key.der()
    var state: UInt64 = 0x6C6C_7470_6D00_0001
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    func mutated(_ input: [UInt8]) -> [UInt8] {
      var bytes = input
      for _ in 0...random(3) {
        let place = random(max(1, bytes.count))
        switch random(4) {
        case 0 where !bytes.isEmpty: bytes[place] = UInt8(random(256))
        case 1 where !bytes.isEmpty: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random(20)))
        case 2: bytes.insert(UInt8(random(256)), at: min(place, bytes.count))
        default: bytes = Array(bytes.prefix(place)) + bytes.suffix(random(bytes.count + 1))
        }
      }
      return bytes
    }
    for _ in 0..<1500 {
      for input in inputs[..<2] {
        let bytes = mutated(input)
        if let read = try? SealedFile(pem: bytes) { #expect(try read.pem() == bytes) }
      }
      for _ in 0..<2 {
        let bytes = mutated(der)
        if let read = try? TSS2PrivateKey(der: bytes) { #expect(try read.der() == bytes) }
      }
      let bytes = mutated(sidecar.text)
      let (read, report) = Sidecar.read(bytes)
      #expect((read == nil) == report.hasErrors)
      if let read { #expect(read.text == bytes) }
    }
  }

  @Test("both files are read and checked in under a millisecond, as released")
  func speed() throws {
    let (file, sidecar) = try Samples.standard()
    let (pem, text) = (try file.pem(), sidecar.text)
    let clock = ContinuousClock()
    let fastest = try #require((0..<50).map { _ in clock.measure { _ = Samples.check(pem, text) } }.min())
    #if DEBUG
      #expect(fastest < .milliseconds(10), "\(fastest)")
    #else
      #expect(fastest < .milliseconds(1), "\(fastest)")
    #endif
  }
}
