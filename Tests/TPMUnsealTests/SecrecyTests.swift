import Foundation
import SealedObject
import SecretMemory
import TPM2
import TPMStructures
import TPMUnseal
import TestSupport
import Testing

@Suite("Nothing secret on the bus or on a disk", .enabled(if: SoftwareTPM.isInstalled), .timeLimit(.minutes(20)))
struct SecrecyTests {
  /// Whether eight bytes in a row of `secret` are in `bytes`.
  static func leaks(_ secret: [UInt8], into bytes: [UInt8]) -> Bool {
    guard secret.count >= 8, bytes.count >= 8 else { return false }
    let windows = Set((0...(secret.count - 8)).map { Array(secret[$0..<($0 + 8)]) })
    return (0...(bytes.count - 8)).contains { windows.contains(Array(bytes[$0..<($0 + 8)])) }
  }

  @Test("the stream of commands holds no eight bytes of a secret, of a bundle's key or of an authorization value")
  func stream() async throws {
    let software = try SoftwareTPM()
    let line = try software.recordedLine()
    let node = try TestNode(software, TCTI(line.tcti))
    try await node.measure("running")
    let identity = try await node.identity()
    let value = try Sample.authorizationValue()
    var secrets = [Sample.secretBytes, Sample.valueBytes] + Sample.entries.map(\.bytes)
    for policy in [SealingPolicy.tpmOnly, try .standard(bank: .sha256), try .strict(bank: .sha384)] {
      let authorization = policy == .tpmOnly ? nil : value
      for content in [SealingContent.secret(try Sample.secret()), try Sample.bundle()] {
        let request = try node.request(policy, identity)
        let pair = try await Sealing.seal(
          content, request, authorizationValue: authorization, mayMakeRoot: false, by: node.tpm)
        secrets.append(try await node.unseal(pair, authorizationValue: authorization).bytes)
        let desk = try SealedPair(sealing: content, request, for: identity)
        let local = try await Importing.localPair(of: desk, authorizationValue: authorization, in: node.tpm)
        secrets.append(try await node.unseal(local, authorizationValue: authorization).bytes)
        // What lies on the disk, and what a person is told.
        for pair in [pair, desk, local] {
          for secret in secrets {
            #expect(!Self.leaks(secret, into: try pair.file.key.der()))
            #expect(!Self.leaks(secret, into: pair.file.bundle?.block ?? []))
            #expect(!Self.leaks(secret, into: pair.sidecar.text))
          }
        }
      }
    }
    let stream = line.exchanges.flatMap { $0.command + $0.response }
    // The recorder sees what passes in the clear: the name of the counter does.
    #expect(Self.leaks(identity.epoch.publicArea.name.bytes, into: stream))
    #expect(Set(secrets).count == 10 && stream.count > 20_000)
    for secret in Set(secrets) { #expect(!Self.leaks(secret, into: stream)) }
    // 0x157 is TPM2_Load, 0x15E TPM2_Unseal, 0x153 TPM2_Create: each with a session (0x8002), and never with a password alone.
    for exchange in line.exchanges where [0x15E, 0x153].contains(exchange.code) {
      #expect(exchange.command.prefix(2) == [0x80, 0x02])
      #expect(exchange.command.count > 14 + 9 + 32)
    }
  }

  @Test("what is told of a failure holds nothing of the secret")
  func words() async throws {
    let node = try await TestNode.booted()
    let value = try Sample.authorizationValue()
    let pair = try await node.sealed(authorizationValue: value)
    try await node.extend(7)
    var words: [String] = []
    let error = await #expect(throws: UnsealError.self) { try await node.unseal(pair, authorizationValue: value) }
    words += ["\(try #require(error))", String(reflecting: error)]
    words += await Doctor(node.tpm, pair: pair, authorizationValue: value, log: nil).examine().map { "\($0)" }
    words += [String(reflecting: pair), "\(value)", String(reflecting: value)]
    #expect(words.count > 8)
    for secret in [Sample.secretBytes, Sample.valueBytes] {
      #expect(!Self.leaks(secret, into: Array(words.joined().utf8)))
    }
  }
}
