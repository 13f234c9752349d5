/// Where an image is: the registry's host and the repository's name, both checked, so that they can be parts of URLs and paths.
public struct OCIName: Sendable, Hashable {
  /// The registry as references name it: `quay.io`, `127.0.0.1:5000`.
  public let registry: String
  /// The repository in the registry: `openbao/openbao`. Docker's official images carry their `library/`.
  public let repository: String

  /// A name; `nil` where the host is none, or the repository is not a `<name>` of the distribution spec (section "Pulling manifests").
  public init?(registry: String, repository: String) {
    guard OCIName.isHost(registry) else { return nil }
    let official = registry == "docker.io" && !repository.contains("/")
    let repository = official ? "library/\(repository)" : repository
    guard repository.utf8.count <= 255 else { return nil }
    let components = repository.split(separator: "/", omittingEmptySubsequences: false)
    guard components.allSatisfy({ OCIName.isComponent(Array($0.utf8)) }) else { return nil }
    self.registry = registry
    self.repository = repository
  }

  /// Where the registry's API is: plain `http` on the loopback, as docker does, `https` anywhere else.
  public var apiRoot: String {
    let host = registry == "docker.io" ? "registry-1.docker.io" : registry
    return "\(OCIName.isLoopback(registry) ? "http" : "https")://\(host)/v2/\(repository)"
  }

  /// Whether `host`, with or without a port, is 127.0.0.0/8, `localhost` or `[::1]`.
  static func isLoopback(_ host: String) -> Bool {
    if host.hasPrefix("[") { return host == "[::1]" || host.hasPrefix("[::1]:") }
    let name = host.split(separator: ":").first ?? ""
    if name == "localhost" { return true }
    let octets = name.split(separator: ".", omittingEmptySubsequences: false)
    return octets.count == 4 && octets[0] == "127" && octets.allSatisfy { UInt8($0) != nil }
  }

  private static func isHost(_ text: String) -> Bool {
    func allowed(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    var name = text[...]
    if let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") {
      guard let port = UInt16(text[text.index(after: colon)...]), port > 0 else { return false }
      name = text[..<colon]
    }
    if name.hasPrefix("["), name.hasSuffix("]") {
      let digits = name.dropFirst().dropLast()
      return digits.contains(":") && digits.allSatisfy { $0.isASCII && ($0.isHexDigit || $0 == ":" || $0 == ".") }
    }
    return !name.isEmpty && name.utf8.allSatisfy(allowed)
  }

  /// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
  private static func isComponent(_ bytes: [UInt8]) -> Bool {
    func isAlphanumeric(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    guard let first = bytes.first, let last = bytes.last, isAlphanumeric(first), isAlphanumeric(last) else {
      return false
    }
    let separators = bytes.split(omittingEmptySubsequences: true, whereSeparator: isAlphanumeric)
    return separators.allSatisfy { separator in
      let text = String(decoding: separator, as: UTF8.self)
      return text == "." || text == "_" || text == "__" || text.allSatisfy { $0 == "-" }
    }
  }
}
