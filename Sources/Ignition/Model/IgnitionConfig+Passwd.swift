extension IgnitionConfig {
  /// Users and groups.
  public struct Passwd: Sendable, Hashable {
    /// The users, each `name` once.
    public var users: [PasswdUser]
    /// The groups, each `name` once.
    public var groups: [PasswdGroup]

    /// A value with nothing set, and whatever else is given.
    public init(users: [PasswdUser] = [], groups: [PasswdGroup] = []) {
      self.users = users
      self.groups = groups
    }
  }
}

extension IgnitionConfig.Passwd: SpecObject {
  static let blank = Self()

  static let fields: [Field<Self>] = [
    Field("users", { $0.users }, { $0.users = $1 }),
    Field("groups", { $0.groups }, { $0.groups = $1 }),
  ]
}

extension IgnitionConfig {
  /// A user account (`passwd.users`). What is absent is left to `useradd`, or as it is where the user exists.
  public struct PasswdUser: Sendable, Hashable {
    /// The user's name.
    public var name: String
    /// The hashed password, as in `/etc/shadow` (crypt(5)). Hard to guess, or not here:
    /// on many platforms every process of the host can read the config.
    public var passwordHash: String?
    /// Keys that may log in, each a line of `authorized_keys` and each once. They go to
    /// `.ssh/authorized_keys.d/ignition`.
    public var sshAuthorizedKeys: [String]
    /// The user's number.
    public var uid: Int?
    /// The GECOS field.
    public var gecos: String?
    /// Absolute path of the home directory.
    public var homeDir: String?
    /// Whether no home directory is made; for a new user only.
    public var noCreateHome: Bool?
    /// Name or number of the primary group.
    public var primaryGroup: String?
    /// Names of further groups.
    public var groups: [String]
    /// Whether no group of the user's name is made; for a new user only.
    public var noUserGroup: Bool?
    /// Whether the user is kept out of `lastlog` and `faillog`; for a new user only.
    public var noLogInit: Bool?
    /// Absolute path of the login shell.
    public var shell: String?
    /// Whether the user exists; `false` deletes it, absent means `true`. Since 3.2.0.
    public var shouldExist: Bool?
    /// Whether the number comes from the system range.
    public var system: Bool?

    /// A value with what is required, and whatever else is given.
    public init(
      name: String, passwordHash: String? = nil, sshAuthorizedKeys: [String] = [], uid: Int? = nil,
      gecos: String? = nil, homeDir: String? = nil, noCreateHome: Bool? = nil, primaryGroup: String? = nil,
      groups: [String] = [], noUserGroup: Bool? = nil, noLogInit: Bool? = nil, shell: String? = nil,
      shouldExist: Bool? = nil, system: Bool? = nil
    ) {
      self.name = name
      self.passwordHash = passwordHash
      self.sshAuthorizedKeys = sshAuthorizedKeys
      self.uid = uid
      self.gecos = gecos
      self.homeDir = homeDir
      self.noCreateHome = noCreateHome
      self.primaryGroup = primaryGroup
      self.groups = groups
      self.noUserGroup = noUserGroup
      self.noLogInit = noLogInit
      self.shell = shell
      self.shouldExist = shouldExist
      self.system = system
    }
  }
}

extension IgnitionConfig.PasswdUser: SpecObject {
  static let blank = Self(name: "")

  static let fields: [Field<Self>] = [
    Field("name", { $0.name }, { $0.name = $1 }),
    Field("passwordHash", { $0.passwordHash }, { $0.passwordHash = $1 }),
    Field("sshAuthorizedKeys", { $0.sshAuthorizedKeys }, { $0.sshAuthorizedKeys = $1 }),
    Field("uid", { $0.uid }, { $0.uid = $1 }),
    Field("gecos", { $0.gecos }, { $0.gecos = $1 }),
    Field("homeDir", { $0.homeDir }, { $0.homeDir = $1 }),
    Field("noCreateHome", { $0.noCreateHome }, { $0.noCreateHome = $1 }),
    Field("primaryGroup", { $0.primaryGroup }, { $0.primaryGroup = $1 }),
    Field("groups", { $0.groups }, { $0.groups = $1 }),
    Field("noUserGroup", { $0.noUserGroup }, { $0.noUserGroup = $1 }),
    Field("noLogInit", { $0.noLogInit }, { $0.noLogInit = $1 }),
    Field("shell", { $0.shell }, { $0.shell = $1 }),
    Field("shouldExist", { $0.shouldExist }, { $0.shouldExist = $1 }, since: .v32),
    Field("system", { $0.system }, { $0.system = $1 }),
  ]
}

extension IgnitionConfig {
  /// A group (`passwd.groups`).
  public struct PasswdGroup: Sendable, Hashable {
    /// The group's name.
    public var name: String
    /// The group's number.
    public var gid: Int?
    /// The hashed group password.
    public var passwordHash: String?
    /// Whether the group exists; `false` deletes it, absent means `true`. Since 3.2.0.
    public var shouldExist: Bool?
    /// Whether the number comes from the system range.
    public var system: Bool?

    /// A value with what is required, and whatever else is given.
    public init(
      name: String, gid: Int? = nil, passwordHash: String? = nil, shouldExist: Bool? = nil, system: Bool? = nil
    ) {
      self.name = name
      self.gid = gid
      self.passwordHash = passwordHash
      self.shouldExist = shouldExist
      self.system = system
    }
  }
}

extension IgnitionConfig.PasswdGroup: SpecObject {
  static let blank = Self(name: "")

  static let fields: [Field<Self>] = [
    Field("name", { $0.name }, { $0.name = $1 }),
    Field("gid", { $0.gid }, { $0.gid = $1 }),
    Field("passwordHash", { $0.passwordHash }, { $0.passwordHash = $1 }),
    Field("shouldExist", { $0.shouldExist }, { $0.shouldExist = $1 }, since: .v32),
    Field("system", { $0.system }, { $0.system = $1 }),
  ]
}
