extension IgnitionConfig {
  /// Kernel arguments that must or must not be there (since 3.3.0). Where they change, the machine boots again.
  public struct KernelArguments: Sendable, Hashable {
    /// Arguments that must be on the kernel command line; one entry may hold several, in order.
    public var shouldExist: [String]
    /// Arguments that must not be on the kernel command line.
    public var shouldNotExist: [String]

    /// A value with nothing set, and whatever else is given.
    public init(shouldExist: [String] = [], shouldNotExist: [String] = []) {
      self.shouldExist = shouldExist
      self.shouldNotExist = shouldNotExist
    }
  }
}

extension IgnitionConfig.KernelArguments: SpecObject {
  static let blank = Self()

  static let fields: [Field<Self>] = [
    Field("shouldExist", { $0.shouldExist }, { $0.shouldExist = $1 }, since: .v33),
    Field("shouldNotExist", { $0.shouldNotExist }, { $0.shouldNotExist = $1 }, since: .v33),
  ]
}
