public import HostFS

/// NVMe controllers, as far as sysfs tells without a privilege; SMART needs an ioctl that root alone may make.
public struct NVMeReading: Sendable, Hashable {
  /// A controller.
  public struct Controller: Sendable, Hashable {
    /// Its name: `nvme0`.
    public var name: String
    /// `live`, `resetting`, `dead`…
    public var state: String?
    /// What its maker calls it.
    public var model: String?
    /// Its firmware.
    public var firmwareRevision: String?
    /// Its maker's number for it.
    public var serial: String?
    /// `pcie`, `tcp`, `rdma`…
    public var transport: String?
  }

  /// Every controller, by name.
  public var controllers: [Controller] = []
}

/// Reads `/sys/class/nvme/*`.
public struct NVMeCollector: Collector {
  /// `nvme`.
  public static let name = "nvme"

  /// A collector.
  public init() {}

  /// Reads it.
  public mutating func collect(_ root: HostRoot) throws(CollectionError) -> NVMeReading {
    let folder = try root.folder(.sys, "class/nvme")
    var reading = NVMeReading()
    for name in try folder.names() {
      guard let device = folder.folder(name) else { continue }
      reading.controllers.append(
        .init(
          name: name, state: device.text("state"), model: device.text("model"),
          firmwareRevision: device.text("firmware_rev"), serial: device.text("serial"),
          transport: device.text("transport")))
    }
    return reading
  }
}
