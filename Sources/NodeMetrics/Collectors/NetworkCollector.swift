public import HostFS

/// Network devices.
public struct NetworkReading: Sendable, Hashable {
  /// Counters in one direction. Source: proc(5), `/proc/net/dev`.
  public struct Counters: Sendable, Hashable {
    /// Bytes.
    public var bytes: UInt64 = 0
    /// Packets.
    public var packets: UInt64 = 0
    /// Packets that were bad.
    public var errors: UInt64 = 0
    /// Packets dropped, also for want of a buffer.
    public var dropped: UInt64 = 0
    /// Packets lost because a FIFO overran.
    public var fifo: UInt64 = 0
    /// Compressed packets.
    public var compressed: UInt64 = 0
  }

  /// What sysfs tells of a device. Source: the kernel's `ABI/testing/sysfs-class-net`.
  public struct Attributes: Sendable, Hashable {
    /// `up`, `down`, `dormant`, `unknown`…, of RFC 2863.
    public var operationalState: String?
    /// Whether it has a carrier; `nil` where it is down.
    public var hasCarrier: Bool?
    /// How often the carrier came or went.
    public var carrierChanges: Int64?
    /// How often it came.
    public var carrierUps: Int64?
    /// How often it went.
    public var carrierDowns: Int64?
    /// Speed in Mbit/s; `nil` where it has none or does not know it.
    public var speed: Int64?
    /// Largest packet in bytes.
    public var mtu: Int64?
    /// `IFF_…` bits.
    public var flags: Int64?
    /// Packets that wait before some are dropped.
    public var transmitQueueLength: Int64?
    /// `ARPHRD_…`: 1 for Ethernet.
    public var protocolType: Int64?
    /// `full` or `half`.
    public var duplex: String?
  }

  /// A device.
  public struct Device: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// What it received.
    public var received = Counters()
    /// Packets that were not framed well.
    public var frame: UInt64 = 0
    /// Packets to many.
    public var multicast: UInt64 = 0
    /// What it sent.
    public var transmitted = Counters()
    /// Collisions.
    public var collisions: UInt64 = 0
    /// Packets not sent because the carrier was gone.
    public var carrierLosses: UInt64 = 0
    /// What sysfs tells; `nil` where there is no such folder.
    public var attributes: Attributes?
  }

  /// Every device of the host's network namespace, in the kernel's order.
  public var devices: [Device] = []
}

/// Reads `/proc/1/net/dev` and `/sys/class/net/*`.
public struct NetworkCollector: Collector {
  /// `netdev`.
  public static let name = "netdev"
  private var known: [String: (attributes: NetworkReading.Attributes, age: Int)] = [:]

  /// A collector.
  public init() {}

  /// Reads it.
  public mutating func collect(_ root: HostRoot) throws(CollectionError) -> NetworkReading {
    var reading = try root.parse(.net, "dev") { (text) throws(Malformed) in try Self.parse(text) }
    guard let folder = try root.folderIfPresent(.sys, "class/net") else { return reading }
    if known.count > reading.devices.count { known = [:] }
    for index in reading.devices.indices {
      // A device's name holds no slash: the kernel's dev_valid_name() sees to it, a file made to look like it may not.
      let name = reading.devices[index].name
      guard !name.utf8.contains(UInt8(ascii: "/")), name != ".", name != "..", let device = folder.folder(name) else {
        continue
      }
      reading.devices[index].attributes = attributes(device, name)
    }
    return reading
  }

  /// What changes only with the link or the administrator's doing (carrier, speed, duplex: a driver may take the
  /// network stack's lock, and ask the card) is read again when the flags or the count of carrier changes differ, and
  /// every 60 samples.
  private mutating func attributes(_ device: borrowing HostDirectory, _ name: String) -> NetworkReading.Attributes {
    let flags = device.optional("flags") { $0.trimmed.hexadecimal.flatMap { Int64(exactly: $0) } }
    let changes = device.number("carrier_changes")
    var attributes = NetworkReading.Attributes()
    var age = 0
    if let before = known[name], before.attributes.flags == flags, before.attributes.carrierChanges == changes,
      changes != nil, before.age < 60
    {
      attributes = before.attributes
      age = before.age + 1
    } else {
      attributes = Self.settled(device)
      attributes.flags = flags
      attributes.carrierChanges = changes
    }
    attributes.operationalState = device.text("operstate")
    attributes.mtu = device.number("mtu")
    known[name] = (attributes, age)
    return attributes
  }

  private static func settled(_ device: borrowing HostDirectory) -> NetworkReading.Attributes {
    var attributes = NetworkReading.Attributes()
    attributes.hasCarrier = device.number("carrier").map { $0 != 0 }
    attributes.carrierUps = device.number("carrier_up_count")
    attributes.carrierDowns = device.number("carrier_down_count")
    attributes.speed = device.number("speed").flatMap { $0 >= 0 ? $0 : nil }
    attributes.transmitQueueLength = device.number("tx_queue_len")
    attributes.protocolType = device.number("type")
    attributes.duplex = device.text("duplex")
    return attributes
  }

  static func parse(_ text: ByteText) throws(Malformed) -> NetworkReading {
    var reading = NetworkReading()
    try text.forEachLine { (line, number) throws(Malformed) in
      // Two lines of headings, which no device's line looks like.
      if number <= 2 {
        if line.firstIndex(of: UInt8(ascii: "|")) == nil { throw Malformed(line: number) }
        return
      }
      let name = try line.next(before: UInt8(ascii: ":")).orMalformed(number).trimmed
      if name.isEmpty { throw Malformed(line: number) }
      var device = NetworkReading.Device(name: name.string)
      device.received.bytes = try line.nextUnsigned().orMalformed(number)
      device.received.packets = try line.nextUnsigned().orMalformed(number)
      device.received.errors = try line.nextUnsigned().orMalformed(number)
      device.received.dropped = try line.nextUnsigned().orMalformed(number)
      device.received.fifo = try line.nextUnsigned().orMalformed(number)
      device.frame = try line.nextUnsigned().orMalformed(number)
      device.received.compressed = try line.nextUnsigned().orMalformed(number)
      device.multicast = try line.nextUnsigned().orMalformed(number)
      device.transmitted.bytes = try line.nextUnsigned().orMalformed(number)
      device.transmitted.packets = try line.nextUnsigned().orMalformed(number)
      device.transmitted.errors = try line.nextUnsigned().orMalformed(number)
      device.transmitted.dropped = try line.nextUnsigned().orMalformed(number)
      device.transmitted.fifo = try line.nextUnsigned().orMalformed(number)
      device.collisions = try line.nextUnsigned().orMalformed(number)
      device.carrierLosses = try line.nextUnsigned().orMalformed(number)
      device.transmitted.compressed = try line.nextUnsigned().orMalformed(number)
      reading.devices.append(device)
    }
    return reading
  }
}
