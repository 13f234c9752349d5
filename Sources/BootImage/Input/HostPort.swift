/// `host:port`, the host a DNS name or an IPv4 address.
struct HostPort {
  /// The host.
  var host: String
  /// The port, 1 to 65535.
  var port: Int

  /// What it is, in the words of a finding.
  static let rule = "HOST:PORT with a DNS name or an IPv4 address"

  /// Reads `host:port`; `nil` for anything else.
  init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let port = Int(parts[1]), String(port) == parts[1], (1...65535).contains(port),
      Self.isHost(parts[0])
    else { return nil }
    host = String(parts[0])
    self.port = port
  }

  /// Whether `text` is an IPv4 address or a DNS name that cannot be mistaken for one.
  static func isHost(_ text: some StringProtocol) -> Bool {
    if IPv4Address(text) != nil { return true }
    guard Names.isDomain(text), let last = text.split(separator: ".").last else { return false }
    return !last.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }
}
