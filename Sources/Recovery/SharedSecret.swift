import Crypto
import FoundationEssentials
import SecretMemory

/// A secret hidden in polynomials over ``GaloisField/sharing``, with a digest that tells whether the right one came out
/// again. Source: SLIP-0039, Shamir's secret-sharing.
enum SharedSecret {
  private static let digestLength = 4

  /// `count` points with x from 0 on, of which `threshold`, at least 2, give `secret`.
  static func points(hiding secret: SecretBytes, count: Int, threshold: Int) throws(RecoveryError) -> [SharePoint] {
    var points: [SharePoint] = []
    for x in 0..<(threshold - 2) { points.append(SharePoint(x: UInt8(x), values: try random(secret.count))) }
    let key = try random(secret.count - digestLength)
    let keyed = try SecretBytes.filled(count: secret.count) { buffer in
      digest(of: secret, key: key) { buffer.copyBytes(from: $0) }
      key.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[digestLength...]).copyMemory(from: $0) }
    }
    let base =
      points + [
        SharePoint(x: SharePoint.digestIndex, values: keyed), SharePoint(x: SharePoint.secretIndex, values: secret),
      ]
    for x in (threshold - 2)..<count {
      points.append(SharePoint(x: UInt8(x), values: try SharePoint.interpolation(of: base, at: UInt8(x))))
    }
    return points
  }

  /// What some `threshold` of the points hide, and the x of those that contradict them. Throws
  /// ``RecoveryError/digest`` where no `threshold` points fit together. There are at least as many points.
  static func hidden(
    in points: [SharePoint], threshold: Int
  ) throws(RecoveryError) -> (secret: SecretBytes, contradicting: [UInt8]) {
    if threshold == 1, let first = points.first {
      // No polynomial and no digest: each point is the secret.
      guard points.allSatisfy({ $0.values == first.values }) else { throw .digest }
      return (first.values, [])
    }
    for subset in Subsets(count: threshold, of: points.count) {
      let chosen = subset.map { points[$0] }
      guard let secret = try opened(chosen) else { continue }
      var contradicting: [UInt8] = []
      for (index, point) in points.enumerated() where !subset.contains(index) {
        if try SharePoint.interpolation(of: chosen, at: point.x) != point.values { contradicting.append(point.x) }
      }
      return (secret, contradicting)
    }
    throw .digest
  }

  /// The secret that the polynomials of least degree through all points hide; `nil` where its digest is wrong, which it
  /// is for all but one in 2³² polynomials that were not made with one.
  static func opened(_ points: [SharePoint]) throws(RecoveryError) -> SecretBytes? {
    let secret = try SharePoint.interpolation(of: points, at: SharePoint.secretIndex)
    let keyed = try SharePoint.interpolation(of: points, at: SharePoint.digestIndex)
    let key = try SecretBytes.filled(count: max(0, keyed.count - digestLength)) { buffer in
      keyed.withUnsafeBytes { buffer.copyBytes(from: $0.dropFirst(digestLength)) }
    }
    var isRight = false
    digest(of: secret, key: key) { digest in
      isRight = keyed.withUnsafeBytes {
        ConstantTime.isEqual(UnsafeRawBufferPointer(rebasing: $0.prefix(digestLength)), digest)
      }
    }
    return isRight ? secret : nil
  }

  private static func digest(of secret: SecretBytes, key: SecretBytes, _ body: (UnsafeRawBufferPointer) -> Void) {
    let code = secret.withUnsafeBytes { secret in
      HMAC<SHA256>.authenticationCode(for: secret, using: key.withUnsafeBytes { SymmetricKey(data: $0) })
    }
    code.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0.prefix(digestLength))) }
  }

  private static func random(_ count: Int) throws(RecoveryError) -> SecretBytes {
    do { return try SecretBytes.random(count: count) } catch { throw .memory(error) }
  }
}
