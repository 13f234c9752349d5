/// What a pull left in the mirror's folder. Paths are relative to that folder and are also those of the registry's API.
public struct PulledImage: Sendable, Hashable {
  /// An index or manifest. A server has to send its media type, or clients refuse it.
  public struct Manifest: Sendable, Hashable {
    /// `v2/<name>/manifests/<digest>`.
    public var path: String
    /// The `Content-Type` it must be served with.
    public var mediaType: String
    /// Its digest.
    public var digest: ContentDigest
    /// Its size in bytes.
    public var size: Int64
  }

  /// A configuration or a layer; any content type will do.
  public struct Blob: Sendable, Hashable {
    /// `v2/<name>/blobs/<digest>`.
    public var path: String
    /// Its digest.
    public var digest: ContentDigest
    /// Its size in bytes.
    public var size: Int64
    /// Whether it was already there.
    public var wasPresent: Bool
  }

  /// What was asked for first, then the platform's manifest where that was an index.
  public var manifests: [Manifest]
  /// The configuration, then the layers, each once.
  public var blobs: [Blob]
}

/// How far a pull is.
public struct PullProgress: Sendable, Hashable {
  /// Which blob is coming, from 1; the configuration is the first.
  public var blob: Int
  /// How many blobs there are.
  public var blobCount: Int
  /// Bytes of all blobs in hand.
  public var received: Int64
  /// Bytes of all blobs together.
  public var total: Int64

  /// A step.
  public init(blob: Int, blobCount: Int, received: Int64, total: Int64) {
    self.blob = blob
    self.blobCount = blobCount
    self.received = received
    self.total = total
  }
}
