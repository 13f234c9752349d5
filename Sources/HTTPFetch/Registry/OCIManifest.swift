import FoundationEssentials

/// The platform an image runs on (image-spec, image-index.md).
public struct OCIPlatform: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The operating system, in Go's words: `linux`.
  public var os: String
  /// The processor, in Go's words: `amd64`.
  public var architecture: String
  /// The processor's variant: `v8`; `nil` where it does not matter.
  public var variant: String?

  /// A platform.
  public init(os: String, architecture: String, variant: String? = nil) {
    self.os = os
    self.architecture = architecture
    self.variant = variant
  }

  /// `linux/amd64`.
  public static let linuxAMD64 = OCIPlatform(os: "linux", architecture: "amd64")

  /// `os/architecture[/variant]`.
  public var description: String { "\(os)/\(architecture)" + (variant.map { "/\($0)" } ?? "") }

  /// Whether an image for `offered` is one for this platform.
  func accepts(_ offered: OCIPlatform) -> Bool {
    os == offered.os && architecture == offered.architecture && (variant == nil || variant == offered.variant)
  }
}

/// The media types that a pull understands. Schema 1 is not among them: it cannot be verified by digest.
enum OCIMediaType: String, CaseIterable {
  case ociIndex = "application/vnd.oci.image.index.v1+json"
  case ociManifest = "application/vnd.oci.image.manifest.v1+json"
  case dockerList = "application/vnd.docker.distribution.manifest.list.v2+json"
  case dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"

  static let accepted = allCases.map(\.rawValue).joined(separator: ", ")

  var isIndex: Bool { self == .ociIndex || self == .dockerList }
}

/// An index or a manifest, with what a pull needs of it (image-spec, image-index.md and manifest.md).
struct OCIManifest: Decodable {
  struct Descriptor: Decodable {
    var mediaType: String
    var digest: String
    var size: Int64
    var urls: [String]?
    var platform: OCIPlatform?
  }

  var schemaVersion: Int
  var mediaType: String?
  var manifests: [Descriptor]?
  var config: Descriptor?
  var layers: [Descriptor]?

  /// What an image's configuration says about where it runs (image-spec, config.md).
  typealias Configuration = OCIPlatform

  /// Reads a document that has already been found to have its digest, for `url`.
  static func read(_ bytes: [UInt8], from url: String) throws(HTTPFetchError) -> (OCIManifest, OCIMediaType) {
    let manifest: OCIManifest
    do {
      manifest = try JSONDecoder().decode(OCIManifest.self, from: Data(bytes))
    } catch {
      throw .malformed(url: url, reason: "not a manifest: \(error)")
    }
    guard manifest.schemaVersion == 2 else {
      throw .malformed(
        url: url, reason: "a manifest of schema \(manifest.schemaVersion), which has no layers by digest")
    }
    // A document that can be read as both means different images to different clients (CVE-2021-41190).
    guard (manifest.manifests == nil) != (manifest.layers == nil) else {
      throw .malformed(url: url, reason: "neither an index nor a manifest, or both at once")
    }
    let isIndex = manifest.manifests != nil
    // OCI leaves mediaType out at will; Docker never does.
    let name = manifest.mediaType ?? (isIndex ? OCIMediaType.ociIndex : .ociManifest).rawValue
    guard let type = OCIMediaType(rawValue: name), type.isIndex == isIndex else {
      throw .malformed(url: url, reason: "the media type \(name.debugDescription) is not that of an image or its index")
    }
    return (manifest, type)
  }
}
