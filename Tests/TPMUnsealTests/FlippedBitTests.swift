import SealedObject
import SecretMemory
import TPM2
import TPMStructures
import TPMUnseal
import TestSupport
import Testing

@Suite("Flipped bits", .enabled(if: SoftwareTPM.isInstalled), .timeLimit(.minutes(20)))
struct FlippedBitTests {
  @Test("every flipped bit of a blob and its sidecar is refused, by us or by the TPM", arguments: [false, true])
  func refused(isStandard: Bool) async throws {
    let node = try await TestNode.booted()
    let value = isStandard ? try Sample.authorizationValue() : nil
    let pair = try await node.seal(
      isStandard ? try Sample.bundle() : .secret(try Sample.secret()),
      isStandard ? try .standard(bank: .sha256) : .tpmOnly, authorizationValue: value)
    let file = try pair.file.pem()
    let sidecar = pair.sidecar.text
    // The files unchanged pass: what is refused below is refused for its flipped bit.
    #expect(SealedPair.check(file: file, named: "b", sidecar: sidecar, named: "j").pair == pair)
    // What no check of ours refuses is left to the TPM.
    async let left = Self.pairs(flippedIn: file) { flipped in
      guard let file = try? SealedFile(pem: flipped) else { return nil }
      return try? SealedPair(file: file, sidecar: pair.sidecar)
    }
    async let right = Self.pairs(flippedIn: sidecar) { flipped in
      guard let sidecar = Sidecar.read(flipped).sidecar else { return nil }
      return try? SealedPair(file: pair.file, sidecar: sidecar)
    }
    let (files, sidecars) = (await left, await right)
    // The public area's unique part and the private area are the TPM's own to check; a sidecar that the secret vouches for needs the secret.
    #expect(files.count > 500 && files.count < file.count * 8 / 2)
    #expect(isStandard ? sidecars.isEmpty : sidecars.count > 100)
    var commands = Set<String>()
    for flipped in files + sidecars {
      do throws(UnsealError) {
        _ = try await node.unseal(flipped, authorizationValue: value)
        #expect(Bool(false), "a flipped bit was not noticed")
      } catch {
        switch error {
        case .tpm(.command(let command, let code)) where code.layer == .tpm: commands.insert(command)
        // No session can be salted to a point that is not on the curve.
        case .tpm(.command("TPM2_StartAuthSession", let code)) where code.layer == .esys: break
        case .sealed(.signature), .sealed(.keyID), .anotherTPM, .noStorageRootKey: break
        default: #expect(Bool(false), "\(error)")
        }
      }
    }
    #expect(commands.contains("TPM2_Load"))
    #expect(!commands.contains("TPM2_Unseal"))
    _ = try await node.unseal(pair, authorizationValue: value)
    #expect(try await node.loaded().isEmpty)
  }

  /// The pairs that `accept` makes of `bytes` with one bit flipped, each in turn.
  private static func pairs(
    flippedIn bytes: [UInt8], _ accept: @escaping @Sendable ([UInt8]) -> SealedPair?
  ) async -> [SealedPair] {
    var pairs: [SealedPair] = []
    var flipped = bytes
    for index in bytes.indices {
      for bit in 0..<8 {
        flipped[index] = bytes[index] ^ (1 << bit)
        if let pair = accept(flipped) { pairs.append(pair) }
      }
      flipped[index] = bytes[index]
    }
    return pairs
  }
}
