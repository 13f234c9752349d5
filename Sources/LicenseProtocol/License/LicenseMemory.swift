/// What a node keeps of its license across restarts and reboots. It is saved whenever `LicenseAction.save` asks for it,
/// before anything else is done.
public struct LicenseMemory: Sendable, Hashable {
  /// The grant as it came; `nil` when none is held.
  public var grant: Lowlayer_Agent_V1_LicenseGrant?
  /// The operator's key that the grant was verified with, DER SubjectPublicKeyInfo.
  public var grantKey: [UInt8]
  /// The highest epoch of any grant believed so far; it outlives the grant. 0 when none was.
  public var highestEpoch: UInt64
  /// The last time that the operator said; the floor for a later boot. `nil` before the first.
  public var serverTime: ServerTime?
  /// When it said so, by the boot clock of the boot `bootID`.
  public var heard: BootTime
  /// `/proc/sys/kernel/random/boot_id` of the boot that `heard` belongs to.
  public var bootID: String

  /// What a node that was never licensed remembers.
  public static let none = LicenseMemory()

  /// A memory of these.
  public init(
    grant: Lowlayer_Agent_V1_LicenseGrant? = nil, grantKey: [UInt8] = [], highestEpoch: UInt64 = 0,
    serverTime: ServerTime? = nil, heard: BootTime = BootTime(sinceBoot: .zero), bootID: String = ""
  ) {
    self.grant = grant
    self.grantKey = grantKey
    self.highestEpoch = highestEpoch
    self.serverTime = serverTime
    self.heard = heard
    self.bootID = bootID
  }

  /// The operator's time as far as this memory knows it, in the boot `current`: exact where it is the same boot.
  func clock(in current: String) -> ServerClock? {
    guard let serverTime else { return nil }
    return current == bootID && !current.isEmpty
      ? ServerClock(server: serverTime, heard: heard) : ServerClock(floor: serverTime)
  }
}
