extension IgnitionConfig {
  /// A directory that is made, or given its owner and mode (`storage.directories`).
  public struct Directory: Sendable, Hashable {
    /// Absolute path of the directory, used once among files, directories and links.
    public var path: String
    /// Permission bits, 0 to `0o7777` (above `0o777` since 3.6.0); absent means `0o755`, or what an existing directory
    /// has.
    public var mode: Int?
    /// Whether whatever is at the path is deleted first; otherwise an existing directory stays and anything else fails.
    public var overwrite: Bool?
    /// The owner; root where nothing is set.
    public var user: NodeUser
    /// The group; root where nothing is set.
    public var group: NodeGroup

    /// A value with what is required, and whatever else is given.
    public init(
      path: String, mode: Int? = nil, overwrite: Bool? = nil, user: NodeUser = .init(), group: NodeGroup = .init()
    ) {
      self.path = path
      self.mode = mode
      self.overwrite = overwrite
      self.user = user
      self.group = group
    }
  }
}

extension IgnitionConfig.Directory: SpecObject {
  static let blank = Self(path: "")

  static let fields: [Field<Self>] = [
    Field("path", { $0.path }, { $0.path = $1 }),
    Field("mode", { $0.mode }, { $0.mode = $1 }),
    Field("overwrite", { $0.overwrite }, { $0.overwrite = $1 }),
    Field("user", { $0.user }, { $0.user = $1 }),
    Field("group", { $0.group }, { $0.group = $1 }),
  ]
}
