public import HostFS

/// What runs on the machine, and since when.
public struct IdentityReading: Sendable, Hashable {
  /// The operating system's name: `Linux`.
  public var system: String
  /// The kernel's release: `6.12.43`.
  public var release: String
  /// How the kernel was built. Source: uname(2).
  public var version: String
  /// The processor's architecture: `x86_64`, `aarch64`.
  public var machine: String
  /// The host's name; `nil` in a pod where the host's `/etc/hostname` is missing.
  public var hostName: String?
  /// The NIS domain; `nil` in a pod.
  public var domainName: String?
  /// A new random number for each boot. Source: random(4).
  public var bootID: String?
  /// Since the machine started, in hundredths of a second. Source: proc(5), `/proc/uptime`.
  public var uptime: UInt64?
  /// What os-release(5) says, unquoted: `ID`, `VERSION_ID`, `OSTREE_VERSION`; empty where there is no such file.
  public var image: [Field]

  /// A field of os-release.
  public struct Field: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Its value.
    public var value: String
  }

  /// The value of os-release's field `name`.
  public func image(_ name: String) -> String? { image.first { $0.name == name }?.value }
}

/// Reads `/proc/sys/kernel/{ostype,osrelease,version,hostname,domainname,random/boot_id}`, `/proc/uptime`,
/// `/etc/os-release`, else `/usr/lib/os-release`.
public struct IdentityCollector: Collector {
  /// `os`.
  public static let name = "os"
  private var constant: IdentityReading?
  private var age = 0

  /// A collector.
  public init() {}

  /// Reads it. What lasts from boot to boot, or until an update, is read again every 60 samples.
  public mutating func collect(_ root: HostRoot) throws(CollectionError) -> IdentityReading {
    var reading: IdentityReading
    if age > 0, let constant { reading = constant } else { reading = try Self.constant(root) }
    constant = reading
    age = (age + 1) % 60
    reading.uptime = try root.parseIfPresent(.proc, "uptime") { (text) throws(Malformed) in
      var line = text
      return try line.nextField().flatMap { $0.fixedPoint(places: 2) }.orMalformed(1)
    }
    return reading
  }

  private static func constant(_ root: HostRoot) throws(CollectionError) -> IdentityReading {
    let release = try root.parse(.proc, "sys/kernel/osrelease", limit: 4096) { $0.trimmed.string }
    // A pod has a host name and a domain of its own, and would see those.
    let own = root.isHostItself
    return IdentityReading(
      system: try root.parseIfPresent(.proc, "sys/kernel/ostype") { $0.trimmed.string } ?? "Linux", release: release,
      version: try root.parseIfPresent(.proc, "sys/kernel/version") { $0.trimmed.string } ?? "",
      machine: HostRoot.machine(),
      hostName: own
        ? try root.parseIfPresent(.proc, "sys/kernel/hostname") { $0.trimmed.string }
        : try root.parseIfPresent(.root, "etc/hostname") { $0.trimmed.string },
      domainName: own ? try root.parseIfPresent(.proc, "sys/kernel/domainname") { $0.trimmed.string } : nil,
      bootID: try root.parseIfPresent(.proc, "sys/kernel/random/boot_id") { $0.trimmed.string }, uptime: nil,
      image: try image(root))
  }

  private static func image(_ root: HostRoot) throws(CollectionError) -> [IdentityReading.Field] {
    // /etc goes before /usr/lib, but from a pod an absolute link there would lead into the pod.
    if let etc = try root.folderIfPresent(.root, "etc"), etc.link("os-release")?.hasPrefix("/") != true,
      let parsed = etc.optional("os-release", { fields($0) })
    {
      return parsed
    }
    return try root.parseIfPresent(.root, "usr/lib/os-release") { fields($0) } ?? []
  }

  /// Shell assignments, of which os-release(5) allows only those without expansion. What is no assignment is skipped, as
  /// the specification says readers should.
  static func fields(_ text: ByteText) -> [IdentityReading.Field] {
    var fields: [IdentityReading.Field] = []
    var rest = text
    while var line = rest.nextLine() {
      if line[0] == UInt8(ascii: "#") { continue }
      guard let name = line.next(before: UInt8(ascii: "="))?.trimmed, !name.isEmpty else { continue }
      fields.append(.init(name: name.string, value: unquoted(line.trimmed)))
    }
    return fields
  }

  private static func unquoted(_ text: ByteText) -> String {
    guard let quote = text[0], quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return text.string }
    var bytes: [UInt8] = []
    var index = 1
    while let byte = text[index], byte != quote {
      if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\""), let next = text[index + 1] {
        bytes.append(next)
        index += 2
      } else {
        bytes.append(byte)
        index += 1
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
