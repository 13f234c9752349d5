/// Flags of kube-controller-manager or kube-scheduler, with the files that they name read.
struct ControllerOptions: Sendable {
  var flags: Flags
  var kubeconfig: Kubeconfig
  var bindAddress: String
  var port: Int
  /// Where this one serves; self-signed unless told otherwise.
  var identity: Identity

  init(_ arguments: [String], of name: String, flags set: FlagSet, defaultPort: Int) throws(Refusal) {
    flags = try set.parse(arguments)
    if !flags.operands.isEmpty {
      throw Refusal("\"\(name)\" does not take any arguments, got \(flags.operands)")
    }
    bindAddress = flags.string("bind-address") ?? "0.0.0.0"
    port = flags.int("secure-port", default: defaultPort)
    guard (1...65535).contains(port) else {
      throw Refusal("--secure-port \(port) must be between 1 and 65535 (the double is probed there)")
    }
    if let version = flags.string("tls-min-version"), !APIServerNames.tlsVersions.contains(version) {
      throw Refusal("unknown tls version \"\(version)\"")
    }
    guard let path = flags.string("kubeconfig") else {
      throw Refusal("invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER")
    }
    kubeconfig = try Kubeconfig(path)
    for name in ["authentication-kubeconfig", "authorization-kubeconfig"] {
      guard let path = flags.string(name) else { continue }
      do throws(Refusal) {
        _ = try Kubeconfig(path)
      } catch {
        throw Refusal("failed to get delegated \(name.split(separator: "-")[0]) kubeconfig: \(error)")
      }
    }
    for name in ["client-ca-file", "requestheader-client-ca-file"] {
      if let path = flags.string(name) { _ = try Anchors(path, for: name.replacing("-", with: " ")) }
    }
    if let certificate = flags.string("tls-cert-file") {
      identity = try Identity(certificateFile: certificate, keyFile: flags.string("tls-private-key-file") ?? "")
    } else {
      identity = try Identity.selfSigned(name)
    }
  }

  /// kube-controller-manager's own files and addresses.
  func checkControllerManager() throws(Refusal) {
    if let path = flags.string("root-ca-file") {
      do throws(Refusal) {
        _ = try Anchors(path, for: "root CA")
      } catch {
        throw Refusal("error parsing root-ca-file at \(path): \(error)")
      }
    }
    if let path = flags.string("service-account-private-key-file") {
      guard try PEMFile(path).privateKey != nil else {
        throw Refusal(
          "error reading key for service account token controller: error parsing private key file \(path): data does "
            + "not contain a valid RSA or ECDSA private key")
      }
    }
    if flags.bool("allocate-node-cidrs", default: false) {
      guard let range = flags.string("cluster-cidr"), IPText.prefix(range) != nil else {
        throw Refusal("invalid CIDR[0]: \(flags.string("cluster-cidr") ?? "") (invalid CIDR address)")
      }
    }
    if let range = flags.string("service-cluster-ip-range"), IPText.prefix(range) == nil {
      throw Refusal("failed to parse service-cluster-ip-range: invalid CIDR address: \(range)")
    }
  }
}
