/// A configuration of Ignition in the shape of the newest stable specification, 3.6.0, with that specification's own
/// names.
///
/// An absent value is `nil` or an empty list; a section of which nothing is set is left out of the text. The version
/// belongs to the text: ``encoded(for:report:)`` writes any stable one, and ``parse(_:)`` reads any and upgrades it.
public struct IgnitionConfig: Sendable, Hashable {
  /// About the configuration itself: configs to merge, timeouts, security, proxies.
  public var ignition: Ignition
  /// Kernel arguments that must or must not be there.
  public var kernelArguments: KernelArguments
  /// Users and groups.
  public var passwd: Passwd
  /// Disks, RAID, encryption, file systems, files, directories and links.
  public var storage: Storage
  /// systemd units and drop-ins.
  public var systemd: Systemd

  /// A config with nothing set, and whatever else is given.
  public init(
    ignition: Ignition = .init(), kernelArguments: KernelArguments = .init(), passwd: Passwd = .init(),
    storage: Storage = .init(), systemd: Systemd = .init()
  ) {
    self.ignition = ignition
    self.kernelArguments = kernelArguments
    self.passwd = passwd
    self.storage = storage
    self.systemd = systemd
  }
}

extension IgnitionConfig: SpecObject {
  static let blank = Self()

  static let fields: [Field<Self>] = [
    Field("ignition", { $0.ignition }, { $0.ignition = $1 }),
    Field("kernelArguments", { $0.kernelArguments }, { $0.kernelArguments = $1 }, since: .v33),
    Field("passwd", { $0.passwd }, { $0.passwd = $1 }),
    Field("storage", { $0.storage }, { $0.storage = $1 }),
    Field("systemd", { $0.systemd }, { $0.systemd = $1 }),
  ]
}
