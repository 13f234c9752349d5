/// kube-apiserver's options: its flags, validated, with the files that they name read.
struct APIServerOptions: Sendable {
  var bindAddress: String
  var port: Int
  var etcdServers: [String]
  var etcdPrefix: String
  var identity: Identity
  var clientAuthorities: Anchors
  /// The authority of the front proxy: never one for users.
  var proxyAuthorities: Anchors
  var proxyNames: [String]
  var authentication: AuthenticationConfiguration
  var encryption: EncryptionConfiguration?
  var etcdClient: HTTPClient
  var admissionPlugins: Set<String>

  init(_ arguments: [String]) throws(Refusal) {
    let flags = try FlagSet.kubeAPIServer.parse(arguments)
    if !flags.operands.isEmpty {
      throw Refusal("\"kube-apiserver\" does not take any arguments, got \(flags.operands)")
    }
    if let refusal = Refusal.aggregate(Self.faults(flags)) { throw refusal }
    func file(_ name: String) -> String { flags.string(name) ?? "" }

    bindAddress = flags.string("bind-address") ?? "0.0.0.0"
    port = flags.int("secure-port", default: 6443)
    etcdServers = flags.list("etcd-servers")
    etcdPrefix = flags.string("etcd-prefix") ?? "/registry"
    proxyNames = flags.list("requestheader-allowed-names")
    admissionPlugins = Set(flags.list("enable-admission-plugins"))

    identity = try Identity(certificateFile: file("tls-cert-file"), keyFile: file("tls-private-key-file"))
    clientAuthorities = try Anchors(file("client-ca-file"), for: "client CA file")
    proxyAuthorities = try Anchors(file("requestheader-client-ca-file"), for: "requestheader client CA file")
    // Not loaded by upstream until it is used; a wrong one shall not wait for that.
    _ = try Identity(certificateFile: file("proxy-client-cert-file"), keyFile: file("proxy-client-key-file"))
    _ = try Identity(certificateFile: file("kubelet-client-certificate"), keyFile: file("kubelet-client-key"))
    _ = try Anchors(file("kubelet-certificate-authority"), for: "kubelet's certificate authority")

    authentication = AuthenticationConfiguration()
    if let path = flags.string("authentication-config") {
      authentication = try AuthenticationConfiguration(path)
      if authentication.configuresAnonymous, flags.string("anonymous-auth") != nil {
        throw Refusal(
          "--anonymous-auth flag cannot be set when anonymous field is configured in authentication configuration file")
      }
    } else {
      authentication.isAnonymousEnabled = flags.bool("anonymous-auth", default: true)
    }
    _ = try ServiceAccountKeys(
      publicFiles: flags.list("service-account-key-file"), signingFile: file("service-account-signing-key-file"))
    if let path = flags.string("encryption-provider-config") { encryption = try EncryptionConfiguration(path) }

    etcdClient = HTTPClient(.kept, timeout: .seconds(5))
    if flags.string("etcd-cafile") != nil { etcdClient.anchors = try Anchors(file("etcd-cafile"), for: "etcd CA") }
    if flags.string("etcd-certfile") != nil {
      etcdClient.identity = try Identity(certificateFile: file("etcd-certfile"), keyFile: file("etcd-keyfile"))
    }
  }

  /// What kube-apiserver's own validation says of the flags alone (`options.Validate`).
  private static func faults(_ flags: Flags) -> [String] {
    var faults: [String] = []
    let port = flags.int("secure-port", default: 6443)
    if !(1...65535).contains(port) {
      faults.append(
        "--secure-port \(port) must be between 1 and 65535, inclusive. It cannot be turned off with 0")
    }
    if flags.list("etcd-servers").isEmpty { faults.append("--etcd-servers must be specified") }
    for server in flags.list("etcd-servers") where !server.contains("://") {
      faults.append("parse \"\(server)\": first path segment in URL cannot contain colon")
    }
    if let backend = flags.string("storage-backend"), backend != "etcd3" {
      faults.append("--storage-backend invalid, allowed values: etcd3. If not specified, it will default to 'etcd3'")
    }
    faults += serviceFaults(flags) + namedFaults(flags) + requiredFaults(flags)
    return faults
  }

  private static func serviceFaults(_ flags: Flags) -> [String] {
    let ranges = flags.list("service-cluster-ip-range")
    if ranges.count > 2 {
      return ["--service-cluster-ip-range must not contain more than two entries"]
    }
    var faults: [String] = []
    for range in ranges {
      guard let prefix = IPText.prefix(range) else {
        faults.append("--service-cluster-ip-range[\(range)] is not a valid CIDR: invalid CIDR address: \(range)")
        continue
      }
      if prefix.bits - prefix.length > 20 {
        faults.append(
          "specified --service-cluster-ip-range is too large; for \(prefix.bits)-bit addresses, the mask must be >= "
            + "\(prefix.bits - 20)")
      }
    }
    return faults
  }

  private static func namedFaults(_ flags: Flags) -> [String] {
    var faults: [String] = []
    let modes = flags.list("authorization-mode")
    for mode in modes where !APIServerNames.authorizationModes.contains(mode) {
      faults.append("authorization-mode \"\(mode)\" is not a valid mode")
    }
    if Set(modes).count < modes.count {
      faults.append("authorization-mode \(modes) has mode specified more than once")
    }
    let enabled = flags.list("enable-admission-plugins")
    let disabled = flags.list("disable-admission-plugins")
    for (name, plugins) in [("enable-admission-plugins", enabled), ("disable-admission-plugins", disabled)] {
      for plugin in plugins where !APIServerNames.admissionPlugins.contains(plugin) {
        faults.append("\(name) plugin \"\(plugin)\" is unknown")
      }
    }
    let both = Set(enabled).intersection(disabled).sorted()
    if !both.isEmpty {
      faults.append("\(both) in enable-admission-plugins and disable-admission-plugins overlapped")
    }
    if let version = flags.string("tls-min-version"), !APIServerNames.tlsVersions.contains(version) {
      faults.append("unknown tls version \"\(version)\"")
    }
    for suite in flags.list("tls-cipher-suites") where !APIServerNames.cipherSuites.contains(suite) {
      faults.append("Cipher suite \(suite) not supported or doesn't exist")
    }
    return faults
  }

  private static func requiredFaults(_ flags: Flags) -> [String] {
    var faults: [String] = []
    if flags.list("service-account-issuer").isEmpty {
      faults.append("service-account-issuer is a required flag")
    }
    for name in ["service-account-signing-key-file", "service-account-key-file"] where flags.list(name).isEmpty {
      faults.append("\(name) is a required flag")
    }
    for (certificate, key) in [
      ("tls-cert-file", "tls-private-key-file"), ("etcd-certfile", "etcd-keyfile"),
      ("proxy-client-cert-file", "proxy-client-key-file"),
      ("kubelet-client-certificate", "kubelet-client-key"),
    ] where (flags.string(certificate) == nil) != (flags.string(key) == nil) {
      faults.append("--\(certificate) and --\(key) must be specified together")
    }
    for name in ["tls-cert-file", "client-ca-file", "requestheader-client-ca-file", "proxy-client-cert-file"]
    where flags.string(name) == nil {
      faults.append("--\(name) must be specified (the double makes up no certificate)")
    }
    if flags.list("requestheader-username-headers").isEmpty, flags.string("requestheader-client-ca-file") != nil {
      faults.append("no requestheader-username-headers specified")
    }
    return faults
  }
}
