extension IgnitionConfig {
  /// The owner of a file, directory or link: by number or by name.
  public struct NodeUser: Sendable, Hashable {
    /// The user's number; not together with a name.
    public var id: Int?
    /// The user's name, which must exist by then; not together with a number.
    public var name: String?

    /// A value with nothing set, and whatever else is given.
    public init(id: Int? = nil, name: String? = nil) {
      self.id = id
      self.name = name
    }
  }
}

extension IgnitionConfig.NodeUser: SpecObject {
  static let blank = Self()

  static let fields: [Field<Self>] = [
    Field("id", { $0.id }, { $0.id = $1 }),
    Field("name", { $0.name }, { $0.name = $1 }),
  ]
}

extension IgnitionConfig {
  /// The group of a file, directory or link: by number or by name.
  public struct NodeGroup: Sendable, Hashable {
    /// The group's number; not together with a name.
    public var id: Int?
    /// The group's name, which must exist by then; not together with a number.
    public var name: String?

    /// A value with nothing set, and whatever else is given.
    public init(id: Int? = nil, name: String? = nil) {
      self.id = id
      self.name = name
    }
  }
}

extension IgnitionConfig.NodeGroup: SpecObject {
  static let blank = Self()

  static let fields: [Field<Self>] = [
    Field("id", { $0.id }, { $0.id = $1 }),
    Field("name", { $0.name }, { $0.name = $1 }),
  ]
}
