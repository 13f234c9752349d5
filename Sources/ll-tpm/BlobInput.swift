import Console
import Diagnostics
import SealedObject
import SecretMemory
import TPMUnseal

/// The files that commands are given.
enum BlobInput {
  /// The pair at `blob`; every finding is printed, and errors end the program with status 1.
  static func pair(_ blob: String, releaseKey: String? = nil) throws(Exit) -> SealedPair {
    let pinned = try releaseKey.map { (path) throws(Exit) in try publicKey(path) }
    let check = try Failure.onDisk { () throws(ReleaseError) in try SealedPaths(blob: blob).read(pinned: pinned) }
    Failure.show(check.report)
    guard let pair = check.pair else { throw .inputIsWrong }
    return pair
  }

  /// The release key's public half.
  static func publicKey(_ path: String) throws(Exit) -> ReleaseKey {
    let pem = try Failure.onDisk { () throws(ReleaseError) in try PlainFile.read(path, limit: 64 << 10) }
    do { return try ReleaseKey(pem: pem) } catch { throw Failure.said(error, of: path) }
  }

  /// The release key's private half, on the desk.
  static func privateKey(_ path: String) throws(Exit) -> ReleaseKey.Private {
    let pem = try Failure.handled(of: path) { () throws(UnsealError) in try SecretFile.read(path, limit: 64 << 10) }
    do { return try ReleaseKey.Private(pem: pem) } catch { throw Failure.said(error, of: path) }
  }

  /// A node's identity.
  static func identity(_ path: String) throws(Exit) -> TPMIdentity {
    let bytes = try Failure.onDisk { () throws(ReleaseError) in try PlainFile.read(path, limit: 16 << 20) }
    let (identity, report) = TPMIdentity.read(bytes)
    var located = Report()
    located.add(contentsOf: report, in: path)
    Failure.show(located)
    guard let identity else { throw .inputIsWrong }
    return identity
  }

  /// A manifest.
  static func manifest(_ path: String) throws(Exit) -> ReleaseManifest {
    let bytes = try Failure.onDisk { () throws(ReleaseError) in try PlainFile.read(path, limit: 1 << 20) }
    var report = Report()
    let manifest = ReleaseManifest.parse(bytes, report: &report)
    var located = Report()
    located.add(contentsOf: report, in: path)
    Failure.show(located)
    guard let manifest else { throw .inputIsWrong }
    return manifest
  }

  /// The authorization value that a blob needs; `nil` where it needs none.
  static func authorizationValue(_ pair: SealedPair, _ path: String?) throws(Exit) -> SecretBytes? {
    guard pair.usesAuthorizationValue, let path else { return nil }
    return try Failure.handled(of: path) { () throws(UnsealError) in try AuthorizationFile.read(path) }
  }
}
