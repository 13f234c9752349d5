extension IgnitionConfig {
  /// A symbolic or hard link (`storage.links`).
  public struct Link: Sendable, Hashable {
    /// Absolute path of the link, used once among files, directories and links. Nothing else may lie under it.
    public var path: String
    /// What the link leads to: any text for a symbolic link, a file for a hard one. Required since 3.3.0.
    public var target: String?
    /// Whether the link is a hard one; absent means a symbolic one.
    public var hard: Bool?
    /// Whether whatever is at the path is deleted first.
    public var overwrite: Bool?
    /// The owner of a symbolic link; root where nothing is set. A hard link has none: a warning.
    public var user: NodeUser
    /// The group of a symbolic link; root where nothing is set. A hard link has none: a warning.
    public var group: NodeGroup

    /// A value with what is required, and whatever else is given.
    public init(
      path: String, target: String? = nil, hard: Bool? = nil, overwrite: Bool? = nil, user: NodeUser = .init(),
      group: NodeGroup = .init()
    ) {
      self.path = path
      self.target = target
      self.hard = hard
      self.overwrite = overwrite
      self.user = user
      self.group = group
    }
  }
}

extension IgnitionConfig.Link: SpecObject {
  static let blank = Self(path: "")

  static let fields: [Field<Self>] = [
    Field("path", { $0.path }, { $0.path = $1 }),
    Field("target", { $0.target }, { $0.target = $1 }),
    Field("hard", { $0.hard }, { $0.hard = $1 }),
    Field("overwrite", { $0.overwrite }, { $0.overwrite = $1 }),
    Field("user", { $0.user }, { $0.user = $1 }),
    Field("group", { $0.group }, { $0.group = $1 }),
  ]
}
