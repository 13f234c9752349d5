public import HostFS

/// Counters of IP, ICMP, TCP and UDP, named as in the RFCs' MIBs. Source: `/proc/net/{snmp,netstat,snmp6}`.
public struct ProtocolReading: Sendable, Hashable {
  /// A number of a protocol.
  public struct Entry: Sendable, Hashable {
    /// The protocol: `Tcp`, `TcpExt`, `Udp6`.
    public var family: String
    /// The kernel's name: `RetransSegs`.
    public var name: String
    /// Its value; all but `CurrEstab` and `Forwarding` only grow.
    public var value: UInt64
  }

  /// Every number that is kept, in the kernel's order.
  public var entries: [Entry] = []

  /// The number `name` of `family`; `nil` where this kernel has none.
  public subscript(family: String, name: String) -> UInt64? {
    entries.first { $0.family == family && $0.name == name }?.value
  }
}

/// Reads `/proc/1/net/{snmp,netstat,snmp6}`: of their 400 numbers those that tell of trouble.
public struct ProtocolCollector: Collector {
  /// `netstat`.
  public static let name = "netstat"

  /// A collector.
  public init() {}

  /// Reads it.
  public mutating func collect(_ root: HostRoot) throws(CollectionError) -> ProtocolReading {
    var reading = try root.parse(.net, "netstat", limit: 1 << 16) { (text) throws(Malformed) in try Self.parse(text) }
    reading.entries += try root.parse(.net, "snmp", limit: 1 << 16) { (text) throws(Malformed) in try Self.parse(text) }
      .entries
    // A kernel without IPv6 has no snmp6.
    let six = try root.parseIfPresent(.net, "snmp6") { (text) throws(Malformed) in try Self.parseSix(text) }
    reading.entries += six?.entries ?? []
    return reading
  }

  /// Pairs of lines: `Tcp: RtoMin …` and `Tcp: 200 …`.
  static func parse(_ text: ByteText) throws(Malformed) -> ProtocolReading {
    var reading = ProtocolReading()
    reading.entries.reserveCapacity(32)
    var rest = text
    var number = 0
    while var names = rest.nextLine() {
      number += 2
      guard var values = rest.nextLine() else { throw Malformed(line: number) }
      let family = try names.next(before: UInt8(ascii: ":")).orMalformed(number - 1)
      _ = try values.next(before: UInt8(ascii: ":")).orMalformed(number)
      let kept = ProtocolTable.names(of: family)
      if kept.isEmpty { continue }
      while let name = names.nextField() {
        let value = try values.nextField().orMalformed(number)
        guard ProtocolTable.contains(name, in: kept) else { continue }
        let count = try value.unsigned.orMalformed(number)
        reading.entries.append(.init(family: family.string, name: name.string, value: count))
      }
    }
    if number == 0 { throw Malformed(line: 1) }
    return reading
  }

  /// Lines of name and number: `Udp6InDatagrams 5`.
  static func parseSix(_ text: ByteText) throws(Malformed) -> ProtocolReading {
    var reading = ProtocolReading()
    try text.forEachLine { (line, number) throws(Malformed) in
      let name = try line.nextField().orMalformed(number)
      guard let six = name.firstIndex(of: UInt8(ascii: "6")) else { return }
      let family = name.prefix(six + 1)
      let rest = name.dropFirst(six + 1)
      guard ProtocolTable.contains(rest, in: ProtocolTable.names(of: family)) else { return }
      let value = try line.nextUnsigned().orMalformed(number)
      reading.entries.append(.init(family: family.string, name: rest.string, value: value))
    }
    return reading
  }
}

/// Which counters are kept: node_exporter's choice, and TCP's aborts and resets.
enum ProtocolTable {
  static func names(of family: ByteText) -> [StaticString] {
    switch () {
    case _ where family == "TcpExt": tcpExtended
    case _ where family == "IpExt": octets
    case _ where family == "Ip": ["Forwarding"]
    case _ where family == "Icmp": icmp
    case _ where family == "Tcp": tcp
    case _ where family == "Udp": udp
    case _ where family == "UdpLite": inErrors
    case _ where family == "Ip6": octets
    case _ where family == "Icmp6": icmp
    case _ where family == "Udp6": udp
    case _ where family == "UdpLite6": inErrors
    default: []
    }
  }

  static func contains(_ name: ByteText, in names: [StaticString]) -> Bool {
    for candidate in names where name == candidate { return true }
    return false
  }

  private static let octets: [StaticString] = ["InOctets", "OutOctets"]
  private static let inErrors: [StaticString] = ["InErrors"]
  private static let icmp: [StaticString] = ["InMsgs", "InErrors", "OutMsgs"]
  private static let udp: [StaticString] = [
    "InDatagrams", "NoPorts", "InErrors", "OutDatagrams", "RcvbufErrors", "SndbufErrors",
  ]
  private static let tcp: [StaticString] = [
    "ActiveOpens", "PassiveOpens", "AttemptFails", "EstabResets", "CurrEstab", "InSegs", "OutSegs", "RetransSegs",
    "InErrs", "OutRsts",
  ]
  private static let tcpExtended: [StaticString] = [
    "SyncookiesSent", "SyncookiesRecv", "SyncookiesFailed", "ListenOverflows", "ListenDrops", "TCPTimeouts",
    "TCPSynRetrans", "TCPOFOQueue", "TCPRcvQDrop", "TCPAbortOnMemory", "TCPAbortOnTimeout", "TCPMemoryPressures",
  ]
}
