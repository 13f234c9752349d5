import Diagnostics
import Foundation
import SealedObject
import SecretMemory
import TPM2
import TPMStructures
import TPMUnseal
import TestSupport
import Testing

@Suite("Sealing and unsealing", .enabled(if: SoftwareTPM.isInstalled), .timeLimit(.minutes(20)))
struct PolicyTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var policy: SealingPolicy
    var isBundle: Bool
    var hasValue: Bool
    /// Commands to the TPM, counted by hand from TPM 2.0 part 3: what the policy needs and not one more.
    var commands: Int

    var testDescription: String {
      let bank = policy.binding.map { " \($0.bank)" } ?? ""
      return "\(policy.name)\(bank), \(isBundle ? "bundle" : "secret")\(hasValue ? ", authorization value" : "")"
    }
  }

  static let cases: [Case] = {
    var cases: [Case] = []
    for isBundle in [false, true] {
      // StartAuthSession, Load, Unseal, FlushContext.
      cases.append(Case(policy: .tpmOnly, isBundle: isBundle, hasValue: false, commands: 4))
      for bank in [HashAlgorithm.sha256, .sha384] {
        for policy in [try? SealingPolicy.standard(bank: bank), try? .strict(bank: bank)] {
          guard let policy else { continue }
          // PolicyPCR, PolicyNV, LoadExternal, VerifySignature, FlushContext, PolicyAuthorize.
          cases.append(Case(policy: policy, isBundle: isBundle, hasValue: false, commands: 10))
          // PolicyAuthValue.
          cases.append(Case(policy: policy, isBundle: isBundle, hasValue: true, commands: 11))
        }
      }
    }
    return cases
  }()

  @Test("what is sealed is unsealed, with as many commands as the policy needs and at most twelve", arguments: cases)
  func roundTrip(_ test: Case) async throws {
    #expect(Self.cases.count == 18)
    let node = try await TestNode.booted()
    let value = test.hasValue ? try Sample.authorizationValue() : nil
    let content = test.isBundle ? try Sample.bundle() : .secret(try Sample.secret())
    let sealed = try await node.seal(content, test.policy, authorizationValue: value)
    // As the boot does: from the files, after a reboot.
    let paths = SealedPaths(blob: node.folder.url.appendingPathComponent("openbao.pem").path)
    try paths.write(sealed)
    try await node.reboot("running")
    let check = try paths.read(pinned: test.policy == .tpmOnly ? nil : node.key.publicKey)
    #expect(check.report.isEmpty)
    let pair = try #require(check.pair)
    #expect(pair == sealed)
    let (secret, count) = try await node.commands { try await node.unseal(pair, authorizationValue: value) }
    #expect(count == test.commands && count <= 12)
    let entries = try BundleRelease.entries(of: pair, secret)
    if test.isBundle {
      #expect(entries.map(\.name) == Sample.entries.map(\.name))
      #expect(entries.map(\.value.bytes) == Sample.entries.map(\.bytes))
    } else {
      #expect(secret.bytes == Sample.secretBytes && entries.map(\.name) == ["secret"])
    }
    #expect(try await node.loaded().isEmpty)
    if test.hasValue {
      await #expect(throws: UnsealError.authorizationValue(isNeeded: true)) { try await node.unseal(pair) }
      let wrong = try SecretBytes.of([UInt8](repeating: 0, count: 32))
      let error = await #expect(throws: UnsealError.self) {
        try await node.unseal(pair, authorizationValue: wrong)
      }
      #expect(error?.commandAndCode?.command == "TPM2_Unseal")
    } else {
      await #expect(throws: UnsealError.authorizationValue(isNeeded: false)) {
        try await node.unseal(pair, authorizationValue: try Sample.authorizationValue())
      }
    }
  }

  @Test("secrets of 1 and 128 bytes fit, of 0 and 129 do not")
  func sizes() async throws {
    let node = try TestNode()
    for size in [1, 128] {
      let secret = try SecretBytes.random(count: size)
      let pair = try await Sealing.seal(.secret(secret), SealingRequest(.tpmOnly), mayMakeRoot: true, by: node.tpm)
      #expect(try await node.unseal(pair) == secret)
    }
    for size in [0, 129] {
      let secret = try SecretBytes.random(count: size)
      let error = await #expect(throws: UnsealError.self) {
        try await Sealing.seal(.secret(secret), SealingRequest(.tpmOnly), mayMakeRoot: true, by: node.tpm)
      }
      #expect(error == .sealed(.value("the secret", "is not 1 to 128 bytes: use a bundle")))
    }
  }

  @Test("tpm-only takes no authorization value, and standard nothing without a release key and an approval")
  func refusedRequests() async throws {
    let node = try await TestNode.booted()
    let identity = try await node.identity()
    let value = try Sample.authorizationValue()
    func error(_ request: SealingRequest, _ value: SecretBytes? = nil) async -> UnsealError? {
      await #expect(throws: UnsealError.self) {
        try await Sealing.seal(
          .secret(try Sample.secret()), request, authorizationValue: value, mayMakeRoot: false, by: node.tpm)
      }
    }
    #expect(
      await error(SealingRequest(.tpmOnly), value) == .sealed(.value("tpm-only", "takes no authorization value")))
    let good = try node.request(try .standard(bank: .sha256), identity)
    for change in [\SealingRequest.releaseKey, nil] {
      var request = good
      if let change { request[keyPath: change] = nil } else { request.epoch = nil }
      #expect(await error(request) == .sealed(.value("the sidecar", "has no epoch or no release key")))
    }
    var request = good
    request.approvals = []
    #expect(await error(request) == .sealed(.noApproval))
    request = good
    request.node = "master-2"
    #expect(await error(request) == .sealed(.foreignApproval(label: "44.1")))
  }

  @Test("a blob of another node's name, or of another release key, is refused although the TPM is the same")
  func otherNames() async throws {
    let node = try await TestNode.booted()
    let pair = try await node.sealed()
    var sidecar = pair.sidecar
    sidecar.node = "master-2"
    sidecar.approvals = try node.request(sidecar.policy, try await node.identity(), node: "master-2").approvals
    try sidecar.sign(with: node.key)
    #expect(throws: SealedObjectError.foreignReleaseKey) { try SealedPair(file: pair.file, sidecar: sidecar) }
    let other = try TestNode.releaseKey()
    sidecar = pair.sidecar
    sidecar.releaseKey = other.publicKey
    sidecar.approvals = try node.request(sidecar.policy, try await node.identity(), key: other).approvals
    try sidecar.sign(with: other)
    #expect(throws: SealedObjectError.foreignReleaseKey) { try SealedPair(file: pair.file, sidecar: sidecar) }
    #expect(throws: SealedObjectError.unpinnedReleaseKey) {
      try SealedPair(file: pair.file, sidecar: pair.sidecar, pinned: other.publicKey)
    }
  }
}

extension UnsealError {
  /// The command that the TPM refused, and its answer without the number of the parameter.
  var commandAndCode: (command: String, code: String?)? {
    switch self {
    case .tpm(.command(let command, let code)), .epochIsOver(.command(let command, let code)): (command, code.name)
    default: nil
    }
  }
}
