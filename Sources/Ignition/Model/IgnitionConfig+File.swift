extension IgnitionConfig {
  /// A file that is written (`storage.files`).
  public struct File: Sendable, Hashable {
    /// Absolute path of the file, used once among files, directories and links.
    public var path: String
    /// Permission bits, 0 to `0o7777` (above `0o777` since 3.6.0); absent means `0o644`, or what an existing file has
    /// where ``contents`` says nothing.
    public var mode: Int?
    /// Whether whatever is at the path is deleted first; needs ``contents``.
    public var overwrite: Bool?
    /// The owner; root where nothing is set.
    public var user: NodeUser
    /// The group; root where nothing is set.
    public var group: NodeGroup
    /// What the file holds; where nothing is set an existing file stays and a missing one is made empty.
    public var contents: Resource
    /// What is appended to the contents or to an existing file, in order.
    public var append: [Resource]

    /// A value with what is required, and whatever else is given.
    public init(
      path: String, mode: Int? = nil, overwrite: Bool? = nil, user: NodeUser = .init(), group: NodeGroup = .init(),
      contents: Resource = .init(), append: [Resource] = []
    ) {
      self.path = path
      self.mode = mode
      self.overwrite = overwrite
      self.user = user
      self.group = group
      self.contents = contents
      self.append = append
    }
  }
}

extension IgnitionConfig.File: SpecObject {
  static let blank = Self(path: "")

  static let fields: [Field<Self>] = [
    Field("path", { $0.path }, { $0.path = $1 }),
    Field("mode", { $0.mode }, { $0.mode = $1 }),
    Field("overwrite", { $0.overwrite }, { $0.overwrite = $1 }),
    Field("user", { $0.user }, { $0.user = $1 }),
    Field("group", { $0.group }, { $0.group = $1 }),
    Field("contents", { $0.contents }, { $0.contents = $1 }),
    .appended("append", { $0.append }, { $0.append = $1 }),
  ]
}
