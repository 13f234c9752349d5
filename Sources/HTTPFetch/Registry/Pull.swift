import FoundationEssentials
import Glibc

/// One pull: the image's place, and the token once the registry has asked for one.
struct Pull {
  // What registries must at least take (distribution-spec, "Pushing manifests"), and what clients therefore read at most.
  static let manifestLimit: Int64 = 4 << 20

  let session: any HTTPFetching
  let name: OCIName
  let directory: String
  let folder: String
  private var token: String?

  init(session: any HTTPFetching, name: OCIName, directory: String, folder: String) {
    self.session = session
    self.name = name
    self.directory = directory
    self.folder = folder
  }

  func manifestURL(_ digest: ContentDigest) -> String { "\(name.apiRoot)/manifests/\(digest)" }

  private func blobURL(_ digest: ContentDigest) -> String { "\(name.apiRoot)/blobs/\(digest)" }

  /// The index or manifest with `digest`, saved.
  mutating func manifest(
    _ digest: ContentDigest, limit: Int64
  ) throws(HTTPFetchError) -> (OCIManifest, PulledImage.Manifest) {
    let path = "\(folder)/manifests/\(digest)"
    let url = manifestURL(digest)
    let headers: HTTPHeaders = ["Accept": OCIMediaType.accepted]
    let download = try fetch(url, headers: headers, to: path, digest: digest, limit: limit) { _ in }
    let bytes = try read(path, limit: limit)
    let (manifest, type) = try OCIManifest.read(bytes, from: url)
    return (manifest, .init(path: path, mediaType: type.rawValue, digest: digest, size: download.size))
  }

  /// The entry of an index that is for `platform`: the one without a variant before those with one, else the first.
  func choose(
    from offered: [OCIManifest.Descriptor], for platform: OCIPlatform, in index: ContentDigest
  ) throws(HTTPFetchError) -> (ContentDigest, Int64) {
    let fitting = offered.filter { $0.platform.map(platform.accepts) ?? false }
    guard let entry = fitting.first(where: { $0.platform?.variant == nil }) ?? fitting.first else {
      let known = Set(offered.compactMap { $0.platform?.description }).sorted().joined(separator: ", ")
      throw .malformed(url: manifestURL(index), reason: "no image for \(platform), only for: \(known)")
    }
    return (try digest(of: entry, in: index), try size(of: entry, limit: Pull.manifestLimit))
  }

  /// The blobs of `descriptors`, each saved once.
  mutating func blobs(
    _ descriptors: [OCIManifest.Descriptor], progress: (PullProgress) -> Void
  ) throws(HTTPFetchError) -> [PulledImage.Blob] {
    var wanted: [(ContentDigest, Int64)] = []
    for descriptor in descriptors {
      let blob = (try digest(of: descriptor, in: nil), try size(of: descriptor, limit: .max))
      if !wanted.contains(where: { $0.0 == blob.0 }) { wanted.append(blob) }
    }
    let total = wanted.reduce(into: Int64(0)) { $0 = $0.addingReportingOverflow($1.1).partialValue }
    var before: Int64 = 0
    var saved: [PulledImage.Blob] = []
    for (index, (digest, size)) in wanted.enumerated() {
      let path = "\(folder)/blobs/\(digest)"
      let download = try fetch(blobURL(digest), headers: [:], to: path, digest: digest, limit: size) { step in
        progress(
          PullProgress(blob: index + 1, blobCount: wanted.count, received: before + step.received, total: total))
      }
      guard download.size == size else {
        throw .malformed(url: blobURL(digest), reason: "\(download.size) bytes, and the manifest says \(size)")
      }
      before += size
      progress(PullProgress(blob: index + 1, blobCount: wanted.count, received: before, total: total))
      saved.append(.init(path: path, digest: digest, size: size, wasPresent: download.wasPresent))
    }
    return saved
  }

  /// A manifest names no platform itself: what the image's configuration says has to be what was wanted.
  func checkPlatform(of config: PulledImage.Blob, wanted: OCIPlatform) throws(HTTPFetchError) {
    let bytes = try read(config.path, limit: 8 << 20)
    // Artifacts carry configurations of their own, which say nothing about a platform.
    guard let platform = try? JSONDecoder().decode(OCIManifest.Configuration.self, from: Data(bytes)) else { return }
    guard wanted.accepts(platform) || platform.os.isEmpty else {
      throw .malformed(url: blobURL(config.digest), reason: "the image is for \(platform), not for \(wanted)")
    }
  }

  /// Downloads with the token; where the registry asks for one (or for a new one) gets it and tries once more.
  private mutating func fetch(
    _ url: String, headers: HTTPHeaders, to path: String, digest: ContentDigest, limit: Int64,
    progress: (DownloadProgress) -> Void
  ) throws(HTTPFetchError) -> Download {
    var request = DownloadRequest(url, headers: headers, to: "\(directory)/\(path)", expecting: digest, limit: limit)
    if let token { request.headers["Authorization"] = "Bearer \(token)" }
    let field: String
    do {
      return try session.download(request, progress: progress)
    } catch {
      guard case .unauthorized(_, let challenge) = error else { throw error }
      field = challenge
    }
    let fresh = try authorize(field, for: url)
    token = fresh
    request.headers["Authorization"] = "Bearer \(fresh)"
    return try session.download(request, progress: progress)
  }

  private func authorize(_ field: String, for url: String) throws(HTTPFetchError) -> String {
    guard let challenge = BearerChallenge(field) else { throw .unauthorized(url: url, challenge: field) }
    guard challenge.isConfidential else {
      throw .malformed(url: url, reason: "the token's address \(challenge.realm.debugDescription) is not https")
    }
    let source = challenge.address(repository: name.repository)
    let reply = try session.get(source, headers: [:])
    guard reply.status == 200 else { throw .status(url: source, code: reply.status, detail: "no token") }
    guard let token = BearerChallenge.token(in: reply.body) else {
      throw .malformed(url: source, reason: "the answer has no token")
    }
    return token
  }

  private func digest(
    of entry: OCIManifest.Descriptor, in index: ContentDigest?
  ) throws(HTTPFetchError) -> ContentDigest {
    guard entry.digest.contains(":"), let digest = ContentDigest(entry.digest), digest.description == entry.digest
    else {
      let reason = "the digest \(entry.digest.debugDescription) is not sha256 or sha512"
      throw .malformed(url: index.map(manifestURL) ?? name.apiRoot, reason: reason)
    }
    return digest
  }

  private func size(of entry: OCIManifest.Descriptor, limit: Int64) throws(HTTPFetchError) -> Int64 {
    guard (0...limit).contains(entry.size) else {
      throw .malformed(url: name.apiRoot, reason: "\(entry.digest) has a size of \(entry.size) bytes")
    }
    return entry.size
  }

  private func read(_ path: String, limit: Int64) throws(HTTPFetchError) -> [UInt8] {
    let path = "\(directory)/\(path)"
    guard let file = fopen(path, "rbe") else { throw .file(path: path, operation: "open", code: errno) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { break }
      bytes += buffer[..<count]
      guard bytes.count <= limit else { throw .tooLong(url: path, limit: limit) }
    }
    guard ferror(file) == 0 else { throw .file(path: path, operation: "read", code: errno) }
    return bytes
  }
}
