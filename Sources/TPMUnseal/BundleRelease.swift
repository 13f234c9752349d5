import Diagnostics
public import SealedObject
public import SecretMemory
public import TPM2

/// What `ll-tpm unseal` does at boot: one unseal, and files on a tmpfs.
public enum BundleRelease {
  /// Unseals the pair's secret and writes the manifest's files: all of them, or none.
  public static func run(
    _ manifest: ReleaseManifest, _ pair: SealedPair, authorizationValue: SecretBytes?, from tpm: TPM
  ) async throws(UnsealError) {
    let secret = try await Unsealing.secret(of: pair, authorizationValue: authorizationValue, from: tpm)
    let entries = try entries(of: pair, secret)
    var items: [SecretFiles.Item] = []
    for file in manifest.files {
      guard let entry = entries.first(where: { $0.name == file.name }) else {
        throw .release(.noEntry(name: file.name, known: entries.map(\.name)))
      }
      items.append(SecretFiles.Item(path: file.path, secret: entry.value, access: file.access))
    }
    let all = items
    try UnsealError.onDisk { () throws(ReleaseError) in try SecretFiles.write(all) }
  }

  /// The bundle's entries; a secret without a bundle is one entry called `secret`.
  public static func entries(of pair: SealedPair, _ secret: SecretBytes) throws(UnsealError) -> [SealedBundle.Entry] {
    guard let bundle = pair.file.bundle else { return [SealedBundle.Entry(name: "secret", value: secret)] }
    return try UnsealError.inFormat { () throws(SealedObjectError) in
      try bundle.open(key: secret, binding: pair.sidecar.bundleBinding)
    }
  }
}
