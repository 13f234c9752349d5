import Foundation

/// kubelet's command line and configuration, checked with every file that they name.
struct KubeletOptions: Sendable {
  var configuration: KubeletConfiguration
  var kubeconfig: Kubeconfig
  var serving: Identity
  var clientAuthorities: Anchors
  var nodeName: String
  var nodeAddress: String
  var labels: [String: String]
  var rootFolder: String

  init(_ arguments: [String]) async throws(Refusal) {
    let flags: Flags
    do throws(Refusal) {
      flags = try FlagSet.kubelet.parse(arguments)
    } catch {
      throw Refusal("failed to parse kubelet flag: \(error)")
    }
    if let word = flags.operands.first { throw Refusal("unknown command \(word)") }
    guard let path = flags.string("config") else {
      throw Refusal("the double wants --config: flags in its place are deprecated")
    }
    configuration = try KubeletConfiguration(path)
    nodeName = flags.string("hostname-override") ?? ProcessInfo.processInfo.hostName.lowercased()
    nodeAddress = flags.string("node-ip") ?? ""
    if !nodeAddress.isEmpty, !IPText.isAddress(nodeAddress) {
      throw Refusal("failed to run Kubelet: bad --node-ip \"\(nodeAddress)\"")
    }
    rootFolder = flags.string("root-dir") ?? "/var/lib/kubelet"
    labels = try Self.labels(flags)
    guard let kubeconfigPath = flags.string("kubeconfig") else {
      throw Refusal("failed to run Kubelet: no kubeconfig: a node alone would never join (the double's words)")
    }
    do throws(Refusal) {
      kubeconfig = try Kubeconfig(kubeconfigPath)
    } catch {
      throw Refusal("failed to run Kubelet: invalid kubeconfig: \(error)")
    }
    do throws(Refusal) {
      clientAuthorities = try Anchors(configuration.clientCAFile, for: "client CA file")
      serving = try Identity(
        certificateFile: configuration.tlsCertFile, keyFile: configuration.tlsPrivateKeyFile)
    } catch {
      throw Refusal("failed to initialize kubelet: \(error)")
    }
    try await checkIdentities()
  }

  /// Upstream would start with such certificates and be refused by everybody; the double says so at once.
  private func checkIdentities() async throws(Refusal) {
    let user = kubeconfig.identity.commonName
    guard user == "system:node:\(nodeName)" else {
      throw Refusal(
        "failed to run Kubelet: the client certificate's common name is \"\(user)\", not "
          + "\"system:node:\(nodeName)\"")
    }
    guard kubeconfig.identity.organizations.contains("system:nodes") else {
      throw Refusal(
        "failed to run Kubelet: the client certificate's organizations are \(kubeconfig.identity.organizations), "
          + "without \"system:nodes\"")
    }
    do throws(Refusal) {
      try await kubeconfig.anchors.verify(kubeconfig.identity.chain, for: .client)
    } catch {
      throw Refusal("failed to run Kubelet: client certificate: \(error)")
    }
    do throws(Refusal) {
      try await clientAuthorities.verify(serving.chain, for: .server)
    } catch {
      throw Refusal("failed to initialize kubelet: serving certificate: \(error)")
    }
  }

  private static func labels(_ flags: Flags) throws(Refusal) -> [String: String] {
    var labels: [String: String] = [:]
    for word in flags.list("node-labels") {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      labels[parts[0]] = parts.count == 2 ? parts[1] : ""
    }
    let unknown = labels.keys.filter { label in
      guard label.contains("/") else { return false }
      let domain = label.split(separator: "/").first.map(String.init) ?? ""
      let isTheirs = ["kubernetes.io", "k8s.io"].contains { domain == $0 || domain.hasSuffix(".\($0)") }
      let isAllowed = ["kubelet.kubernetes.io", "node.kubernetes.io"].contains {
        domain == $0 || domain.hasSuffix(".\($0)")
      }
      let known = ["kubernetes.io/hostname", "kubernetes.io/os", "kubernetes.io/arch", "topology.kubernetes.io/zone"]
      return isTheirs && !isAllowed && !known.contains(label)
    }
    if !unknown.isEmpty {
      throw Refusal(
        "failed to validate kubelet flags: unknown 'kubernetes.io' or 'k8s.io' labels specified with --node-labels: "
          + "[\(unknown.sorted().joined(separator: " "))]\n--node-labels in the 'kubernetes.io' namespace must begin "
          + "with an allowed prefix (kubelet.kubernetes.io, node.kubernetes.io) or be in the specifically allowed set")
    }
    return labels
  }
}
