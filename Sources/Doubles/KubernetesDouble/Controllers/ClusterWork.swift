/// The part of kube-controller-manager's work that a node's boot waits for: the cluster's authority as a ConfigMap,
/// each node's range of pod addresses, and a pod on each node for each DaemonSet.
actor ClusterWork {
  private let options: ControllerOptions
  private let client: KubeClient
  private let log: Log
  private var words: String?

  init(options: ControllerOptions, log: Log) {
    self.options = options
    client = options.kubeconfig.client
    self.log = log
  }

  /// Everything once; what fails is done at the next pass.
  func pass() async {
    do {
      try await publishAuthority()
      let nodes = try await client.list(.nodes)
      try await allocate(nodes)
      for set in try await client.list(.daemonSets) { try await place(set, on: nodes) }
      words = nil
    } catch {
      let text = (error as? APIStatus)?.message ?? "\(error)"
      if words != text { log.line(text) }
      words = text
    }
  }

  private func publishAuthority() async throws {
    guard let path = options.flags.string("root-ca-file") else { return }
    let text = try HostFile.text(path)
    let name = "kube-root-ca.crt"
    if try await client.find(.configMaps, namespace: "kube-system", name: name) != nil { return }
    _ = try await client.create(
      .configMaps, namespace: "kube-system",
      [
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name), "namespace": "kube-system"],
        "data": ["ca.crt": .string(text)],
      ])
  }

  private func allocate(_ nodes: [JSON]) async throws {
    guard options.flags.bool("allocate-node-cidrs", default: false),
      let range = options.flags.string("cluster-cidr")?.split(separator: "/").first, IPText.isV4(String(range))
    else { return }
    let parts = range.split(separator: ".")
    var taken = Set(nodes.compactMap { $0["spec"]["podCIDR"].string })
    for node in nodes where node["spec"]["podCIDR"] == .null {
      for number in 0..<256 {
        let candidate = "\(parts[0]).\(parts[1]).\(number).0/24"
        guard taken.insert(candidate).inserted else { continue }
        _ = try await client.merge(
          .nodes, name: node["metadata"]["name"].string ?? "",
          ["spec": ["podCIDR": .string(candidate), "podCIDRs": [.string(candidate)]]])
        break
      }
    }
  }

  private func place(_ set: JSON, on nodes: [JSON]) async throws {
    let namespace = set["metadata"]["namespace"].string ?? "default"
    let name = set["metadata"]["name"].string ?? ""
    let present = try await client.list(.pods, namespace: namespace)
    for node in nodes {
      let nodeName = node["metadata"]["name"].string ?? ""
      var spec = set["spec"]["template"]["spec"]
      spec["nodeName"] = .string(nodeName)
      let podName = "\(name)-\(nodeName)"
      if let pod = present.first(where: { $0["metadata"]["name"].string == podName }) {
        if pod["spec"] == spec { continue }
        // A new template: the old pod goes, and the next pass places the new one.
        try await client.delete(.pods, namespace: namespace, name: podName)
        continue
      }
      log.line("placing pod \(namespace)/\(podName)")
      _ = try await client.create(
        .pods, namespace: namespace,
        [
          "apiVersion": "v1", "kind": "Pod",
          "metadata": [
            "name": .string(podName), "namespace": .string(namespace),
            "labels": set["spec"]["template"]["metadata"]["labels"],
          ], "spec": spec,
        ])
    }
  }
}
