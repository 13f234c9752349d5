extension IgnitionConfig {
  /// A directory.
  public struct Directory: Sendable, Hashable {
    /// Absolute path of the directory.
    public var path: String
    /// Permission bits, such as `0o755`; absent means that, or what the directory has.
    public var mode: Int?
    /// Whether whatever is at the path is deleted first.
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
