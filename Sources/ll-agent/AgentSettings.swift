/// The agent's settings as one source has them: the command line, the environment or the files. `nil` is "not said
/// here".
struct AgentSettings: Equatable {
  /// The node's name: what its kubelet's serving certificate is for.
  var nodeName: String?
  /// The folder in which the host's `/` is mounted.
  var rootDirectory: String?
  /// Units whose state is read, in addition to those that failed.
  var units: [String]?
  /// The time between two readings.
  var interval: Duration?
  /// Where the kubelet listens.
  var kubeletAddress: KubeletAddress?
  /// PEM: what the kubelet's serving certificate must chain to.
  var kubeletAnchor: String?
  /// A file with a bearer token for the kubelet.
  var kubeletTokenFile: String?
  /// PEM: a client certificate for the kubelet.
  var kubeletClientCertificate: String?
  /// PEM: its key.
  var kubeletClientKey: String?
  /// What proves the node's license: the operator, OpenBao, the TPM.
  var session = SessionSettings()

  /// What is said here, and what `other` says of the rest.
  func over(_ other: AgentSettings) -> AgentSettings {
    var settings = AgentSettings(
      nodeName: nodeName ?? other.nodeName, rootDirectory: rootDirectory ?? other.rootDirectory,
      units: units ?? other.units, interval: interval ?? other.interval,
      kubeletAddress: kubeletAddress ?? other.kubeletAddress, kubeletAnchor: kubeletAnchor ?? other.kubeletAnchor)
    settings.session = session.over(other.session)
    // A way of proving who we are replaces the other way: a token given on top of a file's certificate is meant.
    let credentials = hasCredential ? self : other
    settings.kubeletTokenFile = credentials.kubeletTokenFile
    settings.kubeletClientCertificate = credentials.kubeletClientCertificate
    settings.kubeletClientKey = credentials.kubeletClientKey
    return settings
  }

  private var hasCredential: Bool {
    kubeletTokenFile != nil || kubeletClientCertificate != nil || kubeletClientKey != nil
  }

  /// What is wrong with the whole, whoever said it; `nil` where nothing is.
  var conflict: String? {
    if kubeletTokenFile != nil, kubeletClientCertificate != nil || kubeletClientKey != nil {
      return "a token file and a client certificate for the kubelet: one of them"
    }
    if (kubeletClientCertificate == nil) != (kubeletClientKey == nil) {
      return "a client certificate for the kubelet needs its key, and a key its certificate"
    }
    return nil
  }
}

/// Where a kubelet listens: `https://HOST:PORT`, the form that the rendered settings have. There is no other scheme:
/// without TLS nobody could tell who answers.
struct KubeletAddress: Equatable {
  var host: String
  var port: Int

  /// `nil` where `text` is something else. Without a port it is 10250; an IPv6 address stands in brackets.
  init?(_ text: String) {
    guard text.hasPrefix("https://") else { return nil }
    var rest = text.dropFirst(8)
    if rest.hasSuffix("/") { rest = rest.dropLast() }
    port = 10250
    if rest.hasPrefix("[") {
      guard let end = rest.firstIndex(of: "]") else { return nil }
      host = String(rest[rest.index(after: rest.startIndex)..<end])
      rest = rest[rest.index(after: end)...]
      guard host.contains(":") else { return nil }
    } else {
      host = String(rest.prefix { $0 != ":" })
      rest = rest.dropFirst(host.count)
    }
    let names = host.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"):
        true
      default: false
      }
    }
    guard names, !host.isEmpty else { return nil }
    guard !rest.isEmpty else { return }
    guard rest.hasPrefix(":"), let number = UInt16(rest.dropFirst()), number > 0 else { return nil }
    port = Int(number)
  }
}
