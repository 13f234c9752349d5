import BootImage

extension BrokenFile {
  /// Cluster files with a password or a private key where none belongs.
  static let clusterSecrets: [BrokenFile] = inMirror + inArtifacts + inOperator + inEndpoint + keys

  /// Cluster files with time servers that are none, or with a mirror and no time servers.
  static let timeServers: [BrokenFile] = [
    BrokenFile(
      "time servers: wrong, twice, loopback, multicast",
      [
        .change(
          "    - 10.20.0.3\n",
          to: "    - 10.20.0.3\n  ntp: [10.20.0.4, ntp_1, 10.20.0.4, 127.0.0.1, 224.0.1.1, 10.20.0.256]\n")
      ],
      [
        "12:20: error: item 2 of 'ntp' must be an IPv4 address or a DNS name, not 'ntp_1'",
        "12:27: warning: the time server 10.20.0.4 stands twice",
        "12:38: error: the time server 127.0.0.1 is in 127.0.0.0/8 (loopback)",
        "12:49: error: the time server 224.0.1.1 is in 224.0.0.0/4 (multicast)",
        "12:60: error: item 6 of 'ntp' must be an IPv4 address or a DNS name, not '10.20.0.256'",
      ]),
    BrokenFile(
      "a single time server instead of a list",
      [.change("    - 10.20.0.3\n", to: "    - 10.20.0.3\n  ntp: 10.20.0.4\n")],
      [
        "12:8: error: 'ntp' must be a list, not a single value"
      ]),
    BrokenFile(
      "a mirror without time servers",
      [.add("mirror: https://mirror.example.internal\n")],
      [
        "44:1: warning: \(clockReason)"
      ]),
    BrokenFile(
      "a mirror with an empty list of time servers",
      [
        .change("    - 10.20.0.3\n", to: "    - 10.20.0.3\n  ntp: []\n"),
        .add("mirror: https://mirror.example.internal\n"),
      ],
      [
        "45:1: warning: \(clockReason)"
      ]),
  ]

  // MARK: Addresses

  private static let inMirror = bases.map { address, fault in
    BrokenFile("the mirror \(address)", [.add("mirror: \"\(address)\"\n")], ["44:9: error: 'mirror' \(fault)"])
  }

  private static let inArtifacts = bases.map { address, fault in
    BrokenFile(
      "artifacts at \(address)", [.change("https://artifacts.example.internal/low-layer", to: "\"\(address)\"")],
      ["15:12: error: 'artifacts' \(fault)"])
  }

  private static let inOperator = endpoints.map { text, fault in
    BrokenFile(
      "the operator \(text)", [.change("ll-operator.example.internal:8443", to: text)],
      ["16:11: error: 'operator' \(fault)"])
  }

  private static let inEndpoint = endpoints.map { text, fault in
    BrokenFile(
      "the endpoint \(text)", [.change("api.example.internal:6443", to: text)], ["4:13: error: 'endpoint' \(fault)"])
  }

  private static let begins = "must be an address that begins with https:// or http://, not \(withheld)"
  private static let port = "has a port that is no number from 1 to 65535"

  private static let bases: [(String, String)] = [
    ("ftp://user:hunter2@h", userReason), ("HTTPS://user:hunter2@h", userReason), ("https//user:hunter2@h", userReason),
    ("user:hunter2@h", userReason), ("https://h/?token=hunter2", queryReason), ("https://h:hunter2", port),
    ("https://h:hunter2/x", port), ("https://h:1:hunter2", "has no valid host: \(withheld)"),
    ("https://h/x#hunter2", "must not have a fragment"),
    ("https:///user:hunter2@h", "has no valid host: \(withheld)"),
    ("HTTPS://h.example", "must begin with https:// in lower case"),
    ("Http://h.example", "must begin with http:// in lower case"),
    ("h:hunter2", begins), ("ftp://h:hunter2", begins), ("https//h:hunter2", begins), ("h?token=hunter2", begins),
    ("https://h.example/../x", "has a segment '.' or '..' in its path: \(mirrorReason)"),
  ]

  private static let hostPort = "must be HOST:PORT with a DNS name or an IPv4 address"

  private static let endpoints: [(String, String)] = [
    ("u:hunter2@h:1", "\(hostPort), without a user or a password: every node's config shows it"),
    ("https://u:hunter2@h:1", "\(hostPort), without a user or a password: every node's config shows it"),
    ("h:hunter2", "\(hostPort): its port is no number from 1 to 65535"),
    ("h:1/?token=hunter2", "\(hostPort): its port is no number from 1 to 65535"),
    ("https://h:hunter2", "\(hostPort), not \(withheld)"), ("u:hunter2:h:1", "\(hostPort), not \(withheld)"),
    ("H?hunter2", "\(hostPort), not \(withheld)"),
  ]

  // MARK: Keys

  private static let keys: [BrokenFile] = [
    BrokenFile(
      "a private key as a key at the top, with what follows it",
      [.add("-----BEGIN OPENSSH PRIVATE KEY----- hunter2: x\n")],
      [
        "44:1: error: a private key stands here: remove it, and make a new pair"
      ]),
    BrokenFile(
      "a private key as a key of a node",
      [.add("    \"-----begin rsa private key-----\\nhunter2\": x\n")],
      [
        "44:5: error: a private key stands here: remove it, and make a new pair"
      ]),
    BrokenFile(
      "the inside of a private key as a key",
      [.add("hunter2b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2: x\n")],
      [
        "44:1: error: unknown key '…' (not repeated: it may hold a key), known here: \(clusterKeys)"
      ]),
    BrokenFile(
      "an address with a password as a key",
      [.add("\"https://u:hunter2@h\": x\n")],
      [
        "44:1: error: unknown key \(withheld), known here: \(clusterKeys)"
      ]),
    BrokenFile(
      "a private key as a value",
      [.change("cluster: example", to: "cluster: \"-----BEGIN PRIVATE KEY-----\\nhunter2\"")],
      [
        "1:10: error: 'cluster' \(labelRule), not '…' (not repeated: it holds a private key)"
      ]),
    comment(
      "the inside of a private key", "hunter2\(sixtyFour)",
      "that may hold a private key: 64 or more characters of base64 in a row"),
    comment("129 characters", String(repeating: "hunter2 ", count: 16) + ".", "of more than 128 characters"),
    comment("a terminal escape", "\\e[31mhunter2", "with a character that is not printable"),
    comment("a change of direction", "\\u202Ehunter2", "with a character that is not printable"),
  ]

  private static func comment(_ name: String, _ comment: String, _ fault: String) -> BrokenFile {
    BrokenFile(
      "an SSH key whose comment is \(name)",
      [.change("sshAuthorizedKeys: []", to: "sshAuthorizedKeys:\n  - \"\(publicKey) \(comment)\"")],
      ["18:5: error: item 1 of 'sshAuthorizedKeys' has a comment \(fault)"])
  }
}
