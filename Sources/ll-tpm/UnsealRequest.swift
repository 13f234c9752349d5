import CLinux
import Console
import SealedObject
import SecretMemory
import TPMUnseal

/// What `ll-tpm unseal` was asked for.
///
/// A boot waits for this command alone, so its plain command lines are read here: the general parser finds its way by reflection, which takes
/// several milliseconds and megabytes. ``UnsealCommand`` is the same for every other command line, and tells what is wrong with one.
struct UnsealRequest: Hashable, Sendable {
  var manifest: String?
  var blob: String?
  var out: String?
  var owner: String?
  var mode = "0400"
  var selinuxContext: String?
  var authFile: String?
  var releaseKey: String?
  var foreign = false
  var tcti: String?

  init() {}

  /// The request of the words after `unseal`; `nil` for what is not plain: an option that is not known, that is there twice or has no value, a
  /// value that begins with a dash, a contradiction.
  init?(words: some Sequence<String>) {
    var rest = words.makeIterator()
    var seen: [String] = []
    while let word = rest.next() {
      let name: String
      var value: String?
      if let equals = word.utf8.firstIndex(of: UInt8(ascii: "=")) {
        name = String(word[..<equals])
        value = String(word[word.utf8.index(after: equals)...])
      } else {
        name = word
      }
      guard !seen.contains(name) else { return nil }
      seen.append(name)
      if name == "--foreign", value == nil {
        foreign = true
        continue
      }
      guard let text = value ?? rest.next(), let first = text.utf8.first, first != UInt8(ascii: "-") else { return nil }
      switch name {
      case "--manifest": manifest = text
      case "--blob": blob = text
      case "--out": out = text
      case "--owner": owner = text
      case "--mode": mode = text
      case "--selinux-context": selinuxContext = text
      case "--auth-file": authFile = text
      case "--release-key": releaseKey = text
      case "--tcti": tcti = text
      default: return nil
      }
    }
    if contradiction != nil { return nil }
  }

  /// What is wrong with it; `nil` where it can be carried out.
  var contradiction: String? {
    if manifest != nil {
      guard blob == nil, out == nil, owner == nil, mode == "0400", selinuxContext == nil, !foreign else {
        return "The manifest says what is released into which files."
      }
    } else if blob == nil || out == nil {
      return "Name a --manifest, or a --blob and its --out."
    }
    if FileAccess.mode(mode) == nil {
      return "--mode is octal and lets nobody but the owner and the group read, such as 0400."
    }
    if let owner, FileAccess.owner(owner) == nil { return "--owner is UID:GID, in numbers." }
    return nil
  }

  func run() async throws(Exit) {
    if let manifest { return try await release(BlobInput.manifest(manifest)) }
    guard let blob, let out else { throw Exit.usage }
    var access = FileAccess(mode: FileAccess.mode(mode) ?? 0o400, selinuxContext: selinuxContext)
    if let owner = owner.flatMap({ FileAccess.owner($0) }) { (access.user, access.group) = owner }
    if foreign { return try await releaseForeign(blob, out, access) }
    try await release(
      ReleaseManifest(
        blob: blob, authFile: authFile, releaseKey: releaseKey,
        files: [ReleaseManifest.File(name: "secret", path: out, access: access)]))
  }

  private func release(_ manifest: ReleaseManifest) async throws(Exit) {
    let pair = try BlobInput.pair(manifest.blob, releaseKey: releaseKey ?? manifest.releaseKey)
    let value = try BlobInput.authorizationValue(pair, authFile ?? manifest.authFile)
    // The peak is when the TPM is spoken to and tss2 computes. What was needed until here is not needed then.
    ll_release_code()
    let device = try TPMOptions.open(tcti)
    do throws(UnsealError) {
      try await BundleRelease.run(manifest, pair, authorizationValue: value, from: device)
    } catch {
      throw Failure.said(error, of: manifest.blob)
    }
  }

  private func releaseForeign(_ blob: String, _ out: String, _ access: FileAccess) async throws(Exit) {
    let pem = try Failure.onDisk { () throws(ReleaseError) in try PlainFile.read(blob) }
    let value = try authFile.map { (path) throws(Exit) in
      try Failure.handled(of: path) { () throws(UnsealError) in try SecretFile.read(path, limit: 64) }
    }
    let device = try TPMOptions.open(tcti)
    do throws(UnsealError) {
      let secret = try await ForeignBlob.secret(of: pem, authorizationValue: value, from: device)
      do throws(ReleaseError) {
        try SecretFiles.write([SecretFiles.Item(path: out, secret: secret, access: access)])
      } catch {
        throw .release(error)
      }
    } catch {
      throw Failure.said(error, of: blob)
    }
  }
}
