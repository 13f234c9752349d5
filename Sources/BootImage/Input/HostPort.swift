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
    guard parts.count == 2, Self.isPort(parts[1]), let port = Int(parts[1]), Self.isHost(parts[0]) else { return nil }
    host = String(parts[0])
    self.port = port
  }

  /// Why `text` is not `host:port`, in words that follow its name; `nil` where it is. What may be a password is not
  /// repeated.
  static func fault(in text: String) -> String? {
    if text.contains("@") { return "must be \(rule), without a user or a password: every node's config shows it" }
    guard HostPort(text) == nil else { return nil }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count == 2, isHost(parts[0]) { return "must be \(rule): its port is no number from 1 to 65535" }
    return "must be \(rule), not \(shown(address: text))"
  }

  /// Whether `text` is a port, 1 to 65535, in decimal digits without leading zeros.
  static func isPort(_ text: some StringProtocol) -> Bool {
    guard let port = Int(text), String(port) == text else { return false }
    return (1...65535).contains(port)
  }

  /// Whether `text` is an IPv4 address or a DNS name that cannot be mistaken for one.
  static func isHost(_ text: some StringProtocol) -> Bool {
    if IPv4Address(text) != nil { return true }
    guard Names.isDomain(text), let last = text.split(separator: ".").last else { return false }
    return !last.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }
}
