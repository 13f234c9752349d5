extension IgnitionConfig.Resource {
  /// The bytes themselves, as a `data:` URL in the shorter of its two forms, percent-encoded and Base64.
  ///
  /// With `compressed` also gzip is tried, and taken where it is shorter still; the bytes of that are the same on every
  /// machine. 3.0.0 lacks compression of everything but files.
  public init(inline bytes: [UInt8], compressed: Bool = false) {
    self.init(source: DataURL.encode(bytes))
    // Of less than this the frame of gzip alone takes most.
    guard compressed, bytes.count > 64 else { return }
    let packed = DataURL.encode(Deflate.gzip(bytes))
    if packed.utf8.count + #","compression":"gzip""#.utf8.count < (source ?? "").utf8.count {
      self.init(source: packed, compression: "gzip")
    }
  }

  /// A text itself, as UTF-8, in the same forms as bytes.
  public init(inline text: String, compressed: Bool = false) {
    self.init(inline: Array(text.utf8), compressed: compressed)
  }

  /// Whether the bytes are in the config itself: the source is a `data:` URL.
  public var isInline: Bool { source?.utf8.starts(with: "data:".utf8) ?? false }

  /// The bytes that the config itself holds, unpacked, at most `limit` of them (the default is 64 MiB).
  ///
  /// Throws where the source is no `data:` URL or a broken one, the compression is unknown or broken, or the bytes
  /// unpack to more than `limit`.
  public func inlineBytes(limit: Int = IgnitionConfig.longestText) throws(DataURLError) -> [UInt8] {
    let bytes = try DataURL.decode(source ?? "")
    guard let compression, !compression.isEmpty else { return bytes }
    guard compression == "gzip" else { throw DataURLError("unknown compression \(compression)") }
    do throws(Inflate.Fault) {
      return try Inflate.gunzip(bytes, limit: limit)
    } catch {
      switch error {
      case .malformed: throw DataURLError("not gzip")
      case .checksum: throw DataURLError("gzip with a wrong checksum")
      case .tooLong: throw DataURLError("gzip that unpacks to more than \(limit) bytes")
      }
    }
  }
}
