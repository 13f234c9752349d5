extension IgnitionConfig {
  /// Bytes from somewhere: a URL, how they are packed and how they are verified.
  public struct Resource: Sendable, Hashable {
    /// The URL: `http`, `https`, `tftp`, `s3`, `data`, since 3.2.0 `gs`, since 3.4.0 `arn` (of S3).
    public var source: String?
    /// `gzip` where the bytes at the source are compressed; absent where they are not.
    public var compression: String?
    /// Headers sent with a request, each name once; for `http` and `https` only. Since 3.1.0.
    public var httpHeaders: [HTTPHeader]
    /// What the bytes, decompressed, must hash to.
    public var verification: Verification

    /// A value with nothing set, and whatever else is given.
    public init(
      source: String? = nil, compression: String? = nil, httpHeaders: [HTTPHeader] = [],
      verification: Verification = .init()
    ) {
      self.source = source
      self.compression = compression
      self.httpHeaders = httpHeaders
      self.verification = verification
    }
  }
}

extension IgnitionConfig.Resource: SpecObject {
  static let blank = Self()

  static let fields: [Field<Self>] = [
    Field("source", { $0.source }, { $0.source = $1 }),
    Field("compression", { $0.compression }, { $0.compression = $1 }),
    Field("httpHeaders", { $0.httpHeaders }, { $0.httpHeaders = $1 }, since: .v31),
    Field("verification", { $0.verification }, { $0.verification = $1 }),
  ]
}

extension IgnitionConfig {
  /// A header of an HTTP request.
  public struct HTTPHeader: Sendable, Hashable {
    /// The header's name.
    public var name: String
    /// The header's value; absent, it removes a merged parent's header.
    public var value: String?

    /// A value with what is required, and whatever else is given.
    public init(name: String, value: String? = nil) {
      self.name = name
      self.value = value
    }
  }
}

extension IgnitionConfig.HTTPHeader: SpecObject {
  static let blank = Self(name: "")

  static let fields: [Field<Self>] = [
    Field("name", { $0.name }, { $0.name = $1 }, since: .v31),
    Field("value", { $0.value }, { $0.value = $1 }, since: .v31),
  ]
}

extension IgnitionConfig {
  /// How bytes are verified.
  public struct Verification: Sendable, Hashable {
    /// `sha512-` and 128 hexadecimal digits, or since 3.1.0 `sha256-` and 64; absent means unverified.
    public var hash: String?

    /// A value with nothing set, and whatever else is given.
    public init(hash: String? = nil) {
      self.hash = hash
    }
  }
}

extension IgnitionConfig.Verification: SpecObject {
  static let blank = Self()

  static let fields: [Field<Self>] = [
    Field("hash", { $0.hash }, { $0.hash = $1 })
  ]
}
