import Foundation
import SecretMemory
import TestSupport
import Testing

@testable import Recovery

/// What several suites need.
enum Samples {
  static func secret(_ bytes: [UInt8]) throws -> SecretBytes {
    try bytes.withUnsafeBytes { try SecretBytes(copying: $0) }
  }

  static func secret(_ text: String) throws -> SecretBytes { try secret(Array(text.utf8)) }

  static func bytes(_ secret: SecretBytes) -> [UInt8] { secret.withUnsafeBytes { Array($0) } }

  static func text(_ secret: SecretBytes) -> String { String(decoding: bytes(secret), as: UTF8.self) }

  static func key(_ count: Int = 32) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) } }

  static func share(_ words: String) throws -> RecoveryShare { try RecoveryShare(words: secret(words)) }

  /// The error that `body` throws; `nil` where it throws none.
  static func error(_ body: () throws -> Void) -> RecoveryError? {
    do {
      try body()
      return nil
    } catch {
      return error as? RecoveryError
    }
  }

  /// The same share with one byte of its value changed and a checksum that fits.
  static func forged(_ share: RecoveryShare) throws -> RecoveryShare {
    var value = bytes(share.value)
    value[5] ^= 1
    return RecoveryShare(
      identifier: share.identifier, index: share.index, threshold: share.threshold, isExtendable: share.isExtendable,
      iterationExponent: share.iterationExponent, groupIndex: share.groupIndex, groupThreshold: share.groupThreshold,
      groupCount: share.groupCount, value: try secret(value))
  }
}

/// The published vectors of SLIP-0039, of trezor/python-shamir-mnemonic: a name, shares, and the secret that they hide
/// under the passphrase TREZOR; no secret where the shares must be refused.
struct OfficialVector: Sendable, CustomTestStringConvertible {
  let name: String
  let shares: [String]
  let secret: String

  var testDescription: String { name }

  static let all: [OfficialVector] = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/slip39-vectors.json")
    guard let data = try? Data(contentsOf: file),
      let rows = try? JSONSerialization.jsonObject(with: data) as? [[Any]]
    else { return [] }
    return rows.compactMap { row in
      guard row.count == 3, let name = row[0] as? String, let shares = row[1] as? [String],
        let secret = row[2] as? String
      else { return nil }
      return OfficialVector(name: name, shares: shares, secret: secret)
    }
  }()
}
