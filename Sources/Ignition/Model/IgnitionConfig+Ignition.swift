extension IgnitionConfig {
  /// About the configuration itself: other configs, and how resources are fetched. The version is the writer's
  /// business.
  public struct Ignition: Sendable, Hashable {
    /// Configs to merge into this one, or the one to replace it.
    public var config: Config
    /// Timeouts of HTTP fetches.
    public var timeouts: Timeouts
    /// Security of HTTPS fetches.
    public var security: Security
    /// Proxies of HTTP and HTTPS fetches.
    public var proxy: Proxy

    /// A value with nothing set, and whatever else is given.
    public init(
      config: Config = .init(), timeouts: Timeouts = .init(), security: Security = .init(), proxy: Proxy = .init()
    ) {
      self.config = config
      self.timeouts = timeouts
      self.security = security
      self.proxy = proxy
    }
  }
}

extension IgnitionConfig.Ignition: SpecObject {
  static let blank = Self()

  static let fields: [Field<Self>] = [
    .readAndForgotten("version"),
    Field("config", { $0.config }, { $0.config = $1 }),
    Field("timeouts", { $0.timeouts }, { $0.timeouts = $1 }),
    Field("security", { $0.security }, { $0.security = $1 }),
    Field("proxy", { $0.proxy }, { $0.proxy = $1 }, since: .v31),
  ]
}

extension IgnitionConfig.Ignition {
  /// Other configs that this one is combined with.
  public struct Config: Sendable, Hashable {
    /// Configs merged into this one, in order.
    public var merge: [IgnitionConfig.Resource]
    /// The config that takes this one's place; nothing set where there is none.
    public var replace: IgnitionConfig.Resource

    /// A value with nothing set, and whatever else is given.
    public init(merge: [IgnitionConfig.Resource] = [], replace: IgnitionConfig.Resource = .init()) {
      self.merge = merge
      self.replace = replace
    }
  }
}

extension IgnitionConfig.Ignition.Config: SpecObject {
  static let blank = Self()

  static let fields: [Field<Self>] = [
    .references("merge", { $0.merge }, { $0.merge = $1 }),
    .reference("replace", { $0.replace }, { $0.replace = $1 }),
  ]
}

extension IgnitionConfig {
  /// Timeouts of HTTP fetches, in seconds; 0 means none.
  public struct Timeouts: Sendable, Hashable {
    /// Seconds to wait for a response's headers; absent means 10.
    public var httpResponseHeaders: Int?
    /// Seconds for a whole fetch with its retries; absent means no limit.
    public var httpTotal: Int?

    /// A value with nothing set, and whatever else is given.
    public init(httpResponseHeaders: Int? = nil, httpTotal: Int? = nil) {
      self.httpResponseHeaders = httpResponseHeaders
      self.httpTotal = httpTotal
    }
  }
}

extension IgnitionConfig.Timeouts: SpecObject {
  static let blank = Self()

  static let fields: [Field<Self>] = [
    Field("httpResponseHeaders", { $0.httpResponseHeaders }, { $0.httpResponseHeaders = $1 }),
    Field("httpTotal", { $0.httpTotal }, { $0.httpTotal = $1 }),
  ]
}

extension IgnitionConfig {
  /// Security of fetches.
  public struct Security: Sendable, Hashable {
    /// TLS of HTTPS fetches.
    public var tls: TLS

    /// A value with nothing set, and whatever else is given.
    public init(tls: TLS = .init()) {
      self.tls = tls
    }
  }
}

extension IgnitionConfig.Security: SpecObject {
  static let blank = Self()

  static let fields: [Field<Self>] = [
    Field("tls", { $0.tls }, { $0.tls = $1 })
  ]
}

extension IgnitionConfig {
  /// TLS of HTTPS fetches.
  public struct TLS: Sendable, Hashable {
    /// PEM bundles trusted besides the system's; each has a `source` of its own.
    public var certificateAuthorities: [Resource]

    /// A value with nothing set, and whatever else is given.
    public init(certificateAuthorities: [Resource] = []) {
      self.certificateAuthorities = certificateAuthorities
    }
  }
}

extension IgnitionConfig.TLS: SpecObject {
  static let blank = Self()

  static let fields: [Field<Self>] = [
    .references("certificateAuthorities", { $0.certificateAuthorities }, { $0.certificateAuthorities = $1 })
  ]
}

extension IgnitionConfig {
  /// Proxies of fetches.
  public struct Proxy: Sendable, Hashable {
    /// URL of the proxy for HTTP, and for HTTPS where `httpsProxy` is absent.
    public var httpProxy: String?
    /// URL of the proxy for HTTPS.
    public var httpsProxy: String?
    /// Hosts reached directly: addresses, CIDR ranges, domains, or `*`.
    public var noProxy: [String]

    /// A value with nothing set, and whatever else is given.
    public init(httpProxy: String? = nil, httpsProxy: String? = nil, noProxy: [String] = []) {
      self.httpProxy = httpProxy
      self.httpsProxy = httpsProxy
      self.noProxy = noProxy
    }
  }
}

extension IgnitionConfig.Proxy: SpecObject {
  static let blank = Self()

  static let fields: [Field<Self>] = [
    Field("httpProxy", { $0.httpProxy }, { $0.httpProxy = $1 }, since: .v31),
    Field("httpsProxy", { $0.httpsProxy }, { $0.httpsProxy = $1 }, since: .v31),
    Field("noProxy", { $0.noProxy }, { $0.noProxy = $1 }, since: .v31),
  ]
}
