import Glibc

/// A registry that speaks the OCI distribution spec (HTTP API v2), read without a login.
///
/// Everything is asked for by digest and believed only when it has it. `urls` of foreign layers are not followed: what the
/// registry itself does not hold is not pulled.
public struct OCIRegistry: Sendable {
  private let session: any HTTPFetching

  /// A registry client that fetches through `session`.
  public init(_ session: any HTTPFetching) { self.session = session }

  /// Pulls an image into a folder that a plain static web server can serve as a pull-through mirror:
  /// `v2/<name>/manifests/<digest>` and `v2/<name>/blobs/<digest>`. What is there already is checked and kept.
  ///
  /// - Parameters:
  ///   - name: the registry and the repository in it.
  ///   - digest: of the image's index or manifest.
  ///   - platform: which of an index's images is wanted; an image for another one is an error.
  ///   - directory: the mirror's root; folders in it are made as needed.
  ///   - repository: the repository's name in the mirror; by default the one it has in its registry.
  ///   - progress: called as bytes come, on the calling thread.
  public func pull(
    _ name: OCIName, digest: ContentDigest, platform: OCIPlatform = .linuxAMD64, into directory: String,
    as repository: String? = nil, progress: (PullProgress) -> Void = { _ in }
  ) throws(HTTPFetchError) -> PulledImage {
    let folder = "v2/\(repository ?? name.repository)"
    var pull = Pull(session: session, name: name, directory: directory, folder: folder)
    for kind in ["manifests", "blobs"] { try makeFolder("\(directory)/\(folder)/\(kind)") }

    var (manifest, saved) = try pull.manifest(digest, limit: Pull.manifestLimit)
    var manifests = [saved]
    if let offered = manifest.manifests {
      let chosen = try pull.choose(from: offered, for: platform, in: digest)
      (manifest, saved) = try pull.manifest(chosen.0, limit: chosen.1)
      manifests.append(saved)
    }
    guard let config = manifest.config, let layers = manifest.layers else {
      throw .malformed(
        url: pull.manifestURL(saved.digest), reason: "an index inside an index, or a manifest without a config")
    }
    let blobs = try pull.blobs([config] + layers, progress: progress)
    if let first = blobs.first { try pull.checkPlatform(of: first, wanted: platform) }
    return PulledImage(manifests: manifests, blobs: blobs)
  }

  private func makeFolder(_ path: String) throws(HTTPFetchError) {
    var made = path.hasPrefix("/") ? "/" : ""
    for component in path.split(separator: "/") {
      made += component
      guard mkdir(made, 0o755) == 0 || errno == EEXIST else {
        throw .file(path: made, operation: "create folder", code: errno)
      }
      made += "/"
    }
  }
}
