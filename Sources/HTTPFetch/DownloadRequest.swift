/// What to fetch, where to, and what it must be.
public struct DownloadRequest: Sendable, Hashable {
  /// `https://…`, or `http://…` where the digest makes up for it.
  public var url: String
  /// Sent besides the usual ones; `Authorization` does not follow a redirect to another host.
  public var headers: HTTPHeaders
  /// The file that shall appear. Its folder exists. While it is fetched its bytes are in `<path>.partial` beside it.
  public var path: String
  /// What the content must hash to.
  public var digest: ContentDigest
  /// Whether bytes that an earlier run left in `<path>.partial` are taken over (hashed again, the rest asked for by `Range`).
  public var resume: Bool
  /// How many bytes the content may have; `nil` for no limit but the disk's.
  public var limit: Int64?

  /// A request that resumes.
  public init(
    _ url: String, headers: HTTPHeaders = [:], to path: String, expecting digest: ContentDigest, resume: Bool = true,
    limit: Int64? = nil
  ) {
    self.url = url
    self.headers = headers
    self.path = path
    self.digest = digest
    self.resume = resume
    self.limit = limit
  }

  /// Where the bytes are until they are believed.
  public var partialPath: String { path + ".partial" }
}

/// How far a download is.
public struct DownloadProgress: Sendable, Hashable {
  /// Bytes of the content in hand, those of earlier runs included.
  public var received: Int64
  /// How many there will be; `nil` where the server does not say.
  public var total: Int64?

  /// A step.
  public init(received: Int64, total: Int64?) {
    self.received = received
    self.total = total
  }
}

/// A file that is in place with the digest that was asked for.
public struct Download: Sendable, Hashable {
  /// Its size in bytes.
  public var size: Int64
  /// How many bytes came over the network in the successful attempt; 0 for a file that was already there.
  public var transferred: Int64
  /// Whether the file was already there, so that nothing was asked of the server.
  public var wasPresent: Bool

  /// What became of a download.
  public init(size: Int64, transferred: Int64, wasPresent: Bool) {
    self.size = size
    self.transferred = transferred
    self.wasPresent = wasPresent
  }
}
