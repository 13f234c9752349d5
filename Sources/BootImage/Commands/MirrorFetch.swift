public import HTTPFetch

/// `ll-bootimage fetch`: everything that a cluster pins, verified, in a folder that a plain web server can serve as the cluster's `mirror`.
///
/// Files lie below the host that they came from (`dl.k8s.io/release/…`), images in the registry API's own layout below `v2`. What is there
/// already with the right hash is not fetched again, and what was interrupted goes on where it stopped.
public struct MirrorFetch: Sendable {
  /// One thing to fetch.
  public struct Item: Sendable, Hashable {
    /// Its name for people: component and version.
    public var name: String
    /// What it is.
    public var source: ImageDefinition.Pin.Source
  }

  /// What happened to an item.
  public enum Outcome: Sendable {
    /// It is in the folder with the right hash; `transferred` bytes came over the network.
    case done(size: Int64, transferred: Int64)
    /// It is not, for this reason.
    case failed(String)
  }

  /// Everything that the images pin, each once, ordered by name.
  public let items: [Item]
  private let folder: String

  /// What `images` pin, to be fetched into `folder`.
  public init(_ images: [ImageDefinition], into folder: String) {
    self.folder = folder
    var seen = Set<ImageDefinition.Pin.Source>()
    var items: [Item] = []
    for image in images {
      let provided = image.sysexts.reduce(into: Set<Component>()) { $0.formUnion($1.provides) }
      for (component, pin) in image.components.sorted(by: { $0.key < $1.key })
      where !provided.contains(component) && seen.insert(pin.source).inserted {
        items.append(Item(name: "\(component.rawValue) \(pin.version)", source: pin.source))
      }
      for sysext in image.sysexts where seen.insert(.file(sysext.file)).inserted {
        items.append(Item(name: "sysext \(sysext.name)", source: .file(sysext.file)))
      }
    }
    self.items = items.sorted { $0.name < $1.name }
  }

  /// Fetches one item; `progress` is called with the bytes that are there and the bytes that there will be, where that is known.
  public func fetch(
    _ item: Item, through session: any HTTPFetching, mediaTypes: inout [String: String],
    progress: (Int64, Int64?) -> Void
  ) -> Outcome {
    do throws(HTTPFetchError) {
      switch item.source {
      case .file(let file): return try fetch(file, through: session, progress: progress)
      case .image(let image): return try fetch(image, through: session, mediaTypes: &mediaTypes, progress: progress)
      }
    } catch {
      return .failed("\(error)")
    }
  }

  private func fetch(
    _ file: RemoteFile, through session: any HTTPFetching, progress: (Int64, Int64?) -> Void
  ) throws(HTTPFetchError) -> Outcome {
    let path = "\(folder)/\(DownloadAddress.path(of: file.url))"
    do throws(FileError) {
      try HostFile.makeFolders(for: path)
    } catch {
      return .failed("\(error)")
    }
    let algorithm: ContentDigest.Algorithm = file.hash.function == .sha256 ? .sha256 : .sha512
    guard let digest = ContentDigest(algorithm, hex: file.hash.hex) else {
      return .failed("the pinned hash is malformed")
    }
    let download = try session.download(DownloadRequest(file.url, to: path, expecting: digest)) {
      progress($0.received, $0.total)
    }
    return .done(size: download.size, transferred: download.transferred)
  }

  private func fetch(
    _ image: ContainerImage, through session: any HTTPFetching, mediaTypes: inout [String: String],
    progress: (Int64, Int64?) -> Void
  ) throws(HTTPFetchError) -> Outcome {
    guard let name = OCIName(registry: image.registry, repository: image.repository),
      let digest = ContentDigest(image.digest)
    else { return .failed("the image reference \(image.reference) is malformed") }
    let pulled = try OCIRegistry(session).pull(
      name, digest: digest, into: folder, as: DownloadAddress.repository(of: image)
    ) { progress($0.received, $0.total) }
    for manifest in pulled.manifests { mediaTypes["/\(manifest.path)"] = manifest.mediaType }
    let size = pulled.blobs.reduce(into: Int64(0)) { $0 += $1.size }
    let transferred = pulled.blobs.reduce(into: Int64(0)) { $0 += $1.wasPresent ? 0 : $1.size }
    return .done(size: size, transferred: transferred)
  }

  /// Copies our own programs from the folder that `--artifacts` names to where nodes with this mirror download them; the paths that were written.
  public func copyPrograms(from artifacts: String) throws(FileError) -> [String] {
    var copied: [String] = []
    for program in try ArtifactFolder.read(artifacts) {
      let target = "\(folder)/\(DownloadAddress.artifacts)/\(program.name)"
      try HostFile.makeFolders(for: target)
      try ArtifactFolder.copy("\(artifacts)/\(program.name)", to: target)
      copied.append(target)
    }
    return copied
  }

  /// Writes what a web server must know to serve the folder: `mirror.nginx.conf`, the locations for nginx. Runtimes take a manifest's type from its
  /// Content-Type, which no file name tells. What an earlier run wrote of images that are still there is kept.
  public func writeServerConfiguration(_ mediaTypes: [String: String]) throws(FileError) {
    let path = "\(folder)/mirror.nginx.conf"
    var types: [String: String] = [:]
    if try HostFile.isThere(path) {
      for line in String(decoding: try HostFile.read(path), as: UTF8.self).split(whereSeparator: \.isNewline) {
        let words = line.split(separator: " ")
        guard words.count == 7, words[0] == "location", words[4] == "default_type", words[5].last == ";" else {
          continue
        }
        if try HostFile.isThere(folder + words[2]) { types[String(words[2])] = String(words[5].dropLast()) }
      }
    }
    types.merge(mediaTypes) { $1 }
    var lines = [
      "# Include this in a `server` block whose root is this folder.",
      "location = /v2/ { default_type application/json; return 200 '{}'; }",
    ]
    for (path, type) in types.sorted(by: { $0.key < $1.key }) {
      lines.append("location = \(path) { default_type \(type); }")
    }
    try HostFile.makeFolders(for: path)
    try HostFile.replace(path, with: Array((lines.joined(separator: "\n") + "\n").utf8))
  }
}
