import BaseEncodings
import BootApproval
import Foundation
import MeasuredBoot
import SealedObject
import SecretMemory
import TPM2
import TPMStructures
import TPMUnseal
import TestSupport
import Testing

@Suite("What was measured", .enabled(if: SoftwareTPM.isInstalled), .timeLimit(.minutes(20)))
struct MeasurementTests {
  private static let banks: [HashAlgorithm] = [.sha256, .sha384]

  @Test("the staged OS, approved in advance, unseals after the reboot, and so does the running one", arguments: banks)
  func staged(bank: HashAlgorithm) async throws {
    let node = try await TestNode.booted()
    let policy = try SealingPolicy.strict(bank: bank)
    let request = try node.request(policy, try await node.identity(), staged: true)
    #expect(request.approvals.map(\.label) == ["44.1", "44.1, staged"])
    // Not what was computed here: what the machine that booted the staged OS had in its TPM.
    for pcr in [4, 7, 8, 9] {
      #expect(try request.approvals[1].pcrs.values[pcr] == RecordedBoot.pcr(pcr, bank, of: "staged"))
    }
    let value = try Sample.authorizationValue()
    let pair = try await Sealing.seal(
      .secret(try Sample.secret()), request, authorizationValue: value, mayMakeRoot: false, by: node.tpm)
    let (running, first) = try await node.commands { try await node.unseal(pair, authorizationValue: value) }
    #expect(running.bytes == Sample.secretBytes && first == 11)
    try await node.reboot("staged")
    let (staged, second) = try await node.commands { try await node.unseal(pair, authorizationValue: value) }
    // The PolicyPCR that was refused.
    #expect(staged.bytes == Sample.secretBytes && second == 12)
    try await node.reboot("running")
    #expect(try await node.unseal(pair, authorizationValue: value).bytes == Sample.secretBytes)
    // Neither of the two.
    try await node.extend(8)
    let error = await #expect(throws: UnsealError.self) { try await node.unseal(pair, authorizationValue: value) }
    #expect(error?.commandAndCode?.command == "TPM2_PolicyPCR")
    #expect(try await node.loaded().isEmpty)
  }

  @Test("standard does not mind a staged OS that shim and the firmware's keys are the same for")
  func standardStaged() async throws {
    let node = try await TestNode.booted()
    let pair = try await node.sealed()
    #expect(pair.sidecar.approvals.count == 1)
    try await node.reboot("staged")
    #expect(try await node.unseal(pair).bytes == Sample.secretBytes)
  }

  @Test("a PCR that changed is refused, and the doctor names the PCR and the event", arguments: banks)
  func changed(bank: HashAlgorithm) async throws {
    let node = try await TestNode.booted()
    let pair = try await node.seal(.secret(try Sample.secret()), try .strict(bank: bank))
    try await node.reboot("staged")
    let error = await #expect(throws: UnsealError.self) { try await node.unseal(pair) }
    #expect(error?.commandAndCode?.command == "TPM2_PolicyPCR")
    let running = try RecordedBoot.log("running")
    let staged = try RecordedBoot.log("staged")
    let found = await Doctor(node.tpm, pair: pair, log: staged, approvedLog: running).examine()
    let verdicts = Dictionary(found.map { ($0.subject, $0) }) { first, _ in first }
    for pcr in [7, 13] { #expect(verdicts["PCR \(pcr)"]?.verdict == .ok) }
    for pcr in [4, 8, 9] { #expect(verdicts["PCR \(pcr)"]?.verdict == .failed) }
    #expect(verdicts["PCR 8"]?.words.contains("vmlinuz-6.1.0-50-cloud-amd64") == true)
    let live = Hexadecimal.text(try RecordedBoot.pcr(8, bank, of: "staged"))
    let approved = Hexadecimal.text(try RecordedBoot.pcr(8, bank, of: "running"))
    #expect(verdicts["PCR 8"]?.words.hasPrefix("reads \(live), approved was \(approved) (\"44.1\")") == true)
    #expect(verdicts["PCR 8"]?.next?.contains("ll-tpm approve") == true)
    #expect(verdicts["unseal"]?.verdict == .failed)
    // Without the approved log the events of this boot are shown, and without any log nothing is made up.
    let alone = await Doctor(node.tpm, pair: pair, log: staged).examine().first { $0.subject == "PCR 8" }
    #expect(alone?.words.contains("It was measured:") == true)
    let none = await Doctor(node.tpm, pair: pair, log: nil).examine().first { $0.subject == "PCR 8" }
    #expect(none?.words.hasSuffix("; there is no event log to say why") == true)
    // What no log has.
    try await node.extend(7)
    let tampered = await Doctor(node.tpm, pair: pair, log: staged, approvedLog: running).examine()
    let words = tampered.first { $0.subject == "PCR 7" }?.words
    #expect(words?.contains("something was measured that the log does not have") == true)
  }

  @Test("a healthy node has nothing for the doctor to say but that it is a simulator")
  func healthy() async throws {
    let node = try await TestNode.booted()
    let pair = try await node.sealed()
    let found = await Doctor(node.tpm, pair: pair, log: try RecordedBoot.log("running")).examine()
    #expect(found.filter { $0.verdict != .ok }.map(\.subject) == ["way to the TPM"])
    #expect(found.first?.words.contains("IS A SIMULATOR") == true)
    #expect(
      found.map(\.subject) == [
        "way to the TPM", "TPM", "lockout", "PCR banks", "storage root key", "epoch", "PCR 7", "PCR 13", "unseal",
      ])
    #expect(!found.description.contains(String(decoding: Sample.secretBytes.prefix(8), as: UTF8.self)))
    await node.tpm.close()
    node.software.kill()
    let gone = await Doctor(node.tpm, pair: pair, log: nil).examine()
    #expect(gone.map(\.subject) == ["way to the TPM", "TPM"] && gone.last?.verdict == .failed)
  }

  // MARK: The cap

  @Test("after the cap nothing is released until a reboot", arguments: banks)
  func capped(bank: HashAlgorithm) async throws {
    let node = try await TestNode.booted()
    let pair = try await node.seal(.secret(try Sample.secret()), try .standard(bank: bank))
    #expect(try await Capping.cap(pair, in: node.tpm))
    let error = await #expect(throws: UnsealError.self) { try await node.unseal(pair) }
    #expect(error?.commandAndCode?.command == "TPM2_PolicyPCR")
    let found = await Doctor(node.tpm, pair: pair, log: nil).examine()
    let words = found.first { $0.subject == "PCR 13" }
    #expect(words?.verdict == .failed && words?.words.hasPrefix("the cap is set") == true)
    #expect(words?.next?.hasPrefix("reboot") == true)
    // A second cap, a new connection: nothing brings it back.
    #expect(try await Capping.cap(pair, in: node.tpm))
    await node.tpm.close()
    await #expect(throws: UnsealError.self) { try await node.unseal(pair) }
    // Nothing is approved in a capped boot.
    let identity = try await node.identity()
    #expect(throws: Approving.Failure.prediction(.notZero(13))) { try node.request(pair.sidecar.policy, identity) }
    try await node.reboot("running")
    #expect(try await node.unseal(pair).bytes == Sample.secretBytes)
  }

  @Test("the cap extends every active bank, and without a policy over PCRs there is none")
  func capBanks() async throws {
    let node = try await TestNode.booted()
    let pair = try await Sealing.seal(
      .secret(try Sample.secret()), SealingRequest(.tpmOnly), mayMakeRoot: true, by: node.tpm)
    #expect(try await Capping.cap(pair, in: node.tpm) == false)
    #expect(try await node.unseal(pair).bytes == Sample.secretBytes)
    try await Capping.cap(12, in: node.tpm)
    for values in try await node.identity().pcrs {
      #expect(values.values[13]?.allSatisfy { $0 == 0 } == true)
      #expect(values.values[12]?.contains { $0 != 0 } == true, "\(values.bank)")
    }
  }

  // MARK: What is not approved

  @Test("an event log that does not give the PCRs is refused, and the PCR and the reason named")
  func notReproduced() async throws {
    let node = try await TestNode.booted()
    let identity = try await node.identity("staged")
    let staged = #expect(throws: Approving.Failure.self) { try node.request(try .strict(bank: .sha256), identity) }
    guard case .prediction(.notReproduced(let mismatches)) = staged else {
      return #expect(Bool(false), "\(String(describing: staged))")
    }
    #expect(mismatches.map(\.pcr) == [4, 8, 9])
    try await node.extend(7)
    let extended = try await node.identity()
    let error = #expect(throws: Approving.Failure.self) {
      try node.request(try .standard(bank: .sha384), extended)
    }
    #expect(error?.description.hasPrefix("PCR 7: the log gives ") == true)
    var without = extended
    without.eventLog = nil
    #expect(throws: Approving.Failure.noEventLog) { try node.request(try .standard(bank: .sha256), without) }
    without.eventLog = Array(try RecordedBoot.bytes("running.eventlog").dropLast(7))
    let cut = #expect(throws: Approving.Failure.self) { try node.request(try .standard(bank: .sha256), without) }
    guard case .eventLog = cut else { return #expect(Bool(false), "\(String(describing: cut))") }
  }

  @Test("nothing is approved over PCRs of all zeros or all ones", arguments: banks)
  func unmeasured(bank: HashAlgorithm) async throws {
    let node = try TestNode()
    let identity = try await node.identity()
    let policy = try SealingPolicy.standard(bank: bank)
    #expect(throws: Approving.Failure.prediction(.unused(7))) { try node.request(policy, identity) }
    let ones = [UInt8](repeating: 0xFF, count: bank.digestSize)
    var values = try identity.pcrs(of: bank).values
    values[7] = ones
    var forged = identity
    forged.pcrs = [try SealedObject.PCRValues(bank: bank, values)]
    let other = forged
    #expect(throws: Approving.Failure.prediction(.unused(7))) { try node.request(policy, other) }
    let context = try node.context(identity)
    let zeros = [UInt8](repeating: 0, count: bank.digestSize)
    for value in [ones, zeros] {
      #expect(throws: SealedObjectError.unmeasured(pcr: 7)) {
        try Approval(
          label: "by hand", pcrs: SealedObject.PCRValues(bank: bank, [7: value, 13: zeros]), policy: policy,
          context: context, key: node.key)
      }
    }
  }

  @Test("a TPM that measures into SHA-1 alone is refused", .enabled(if: TPM2Tools.areInstalled))
  func onlySHA1() async throws {
    let node = try await TestNode.booted()
    let pair = try await node.sealed()
    await node.tpm.close()
    try TPM2Tools(node.software).run("tpm2_pcrallocate", "sha1:all+sha256:none+sha384:none+sha512:none")
    try node.software.restart()
    await #expect(throws: UnsealError.sealed(.onlySHA1)) { try await node.identity() }
    let found = await Doctor(node.tpm, pair: pair, log: nil).examine()
    let banks = found.first { $0.subject == "PCR banks" }
    #expect(banks?.verdict == .failed && banks?.words == "only sha1, which is broken")
    #expect(found.first { $0.subject == "PCR bank" }?.words.contains("does not measure into") == true)
    await #expect(throws: UnsealError.self) { try await node.unseal(pair) }
    #expect(throws: SealedObjectError.bank("sha1")) { try SealingPolicy.standard(bank: .sha1) }
  }

  // MARK: Several approvals

  @Test("the first approval that fits is used, and each before costs one command; where none fits the PCRs are blamed")
  func several() async throws {
    let node = try await TestNode.booted()
    let identity = try await node.identity()
    let policy = try SealingPolicy.strict(bank: .sha256)
    var request = try node.request(policy, identity)
    let fitting = try #require(request.approvals.first)
    let context = try node.context(identity)
    var values = fitting.pcrs.values
    values[9] = [UInt8](repeating: 9, count: 32)
    let other = try Approval(
      label: "43.9", pcrs: try SealedObject.PCRValues(bank: .sha256, values), policy: policy, context: context,
      key: node.key)
    for (approvals, count) in [
      ([fitting, other], 10), ([other, fitting], 11), ([other, other, fitting], 12), ([other, other], nil as Int?),
    ] as [([Approval], Int?)] {
      request.approvals = approvals
      let pair = try await Sealing.seal(
        .secret(try Sample.secret()), request, mayMakeRoot: false, by: node.tpm)
      if let count {
        let (secret, sent) = try await node.commands { try await node.unseal(pair) }
        #expect(secret.bytes == Sample.secretBytes && sent == count)
      } else {
        let error = await #expect(throws: UnsealError.self) { try await node.unseal(pair) }
        #expect(error?.commandAndCode?.command == "TPM2_PolicyPCR" && error?.commandAndCode?.code == "TPM_RC_VALUE")
      }
      #expect(try await node.loaded().isEmpty)
    }
  }
}
