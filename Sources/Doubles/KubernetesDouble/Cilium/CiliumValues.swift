/// The values of Cilium's chart that are rendered: their types by the chart's `values.schema.json`, its own checks
/// (`templates/validate.yaml`), and, beyond upstream, no value that the chart does not have.
struct CiliumValues: Sendable {
  private let document: JSON

  /// JSON types by path, as the schema has them.
  private static let types: [String: [String]] = [
    "cluster.name": ["string"], "cluster.id": ["integer"], "kubeProxyReplacement": ["string", "boolean"],
    "k8sServiceHost": ["string"], "k8sServicePort": ["string", "integer"], "ipam.mode": ["string"],
    "cgroup.autoMount.enabled": ["boolean"], "cgroup.hostRoot": ["string"], "cni.binPath": ["string"],
    "cni.confPath": ["string"], "cni.exclusive": ["boolean"], "image.override": ["null", "string"],
    "image.useDigest": ["boolean"], "operator.replicas": ["integer"], "operator.enabled": ["boolean"],
    "operator.image.override": ["null", "string"], "envoy.enabled": ["null", "boolean"],
    "envoy.image.override": ["null", "string"], "hubble.enabled": ["boolean"], "hubble.relay.enabled": ["boolean"],
    "hubble.ui.enabled": ["boolean"], "routingMode": ["string"], "tunnelProtocol": ["string"],
    "autoDirectNodeRoutes": ["boolean"], "ipv4NativeRoutingCIDR": ["string"], "bpf.masquerade": ["null", "boolean"],
    "healthPort": ["integer"], "encryption.enabled": ["boolean"], "encryption.type": ["string"],
  ]

  private static let ipamModes = [
    "kubernetes", "cluster-pool", "multi-pool", "crd", "eni", "azure", "alibabacloud", "delegated-plugin",
  ]

  init(text: String) throws(Refusal) {
    document = try YAMLText.document(text)
    var faults: [String] = []
    Self.check(document, at: [], faults: &faults)
    if !faults.isEmpty {
      throw Refusal(
        "values don't meet the specifications of the schema(s) in the following chart(s):\ncilium:\n"
          + faults.joined(separator: "\n"))
    }
    if let refusal = Refusal.aggregate(templateFaults) { throw refusal }
  }

  private static func check(_ value: JSON, at path: [String], faults: inout [String]) {
    let place = path.joined(separator: ".")
    if let wanted = types[place] {
      let type = value.schemaType
      if !wanted.contains(type) {
        let words = wanted.count == 1 ? wanted[0] : wanted.joined(separator: " or ")
        faults.append("- at '/\(path.joined(separator: "/"))': got \(type), want \(words)")
      }
      return
    }
    let isFolder = path.isEmpty || types.keys.contains { $0.hasPrefix(place + ".") }
    guard isFolder else {
      faults.append("- at '/\(path.joined(separator: "/"))': a value that the chart does not use")
      return
    }
    guard let members = value.members else {
      faults.append("- at '/\(path.joined(separator: "/"))': got \(value.schemaType), want object")
      return
    }
    for (key, member) in members.sorted(by: { $0.key < $1.key }) { check(member, at: path + [key], faults: &faults) }
  }

  private var templateFaults: [String] {
    var faults: [String] = []
    let name = clusterName
    let isName =
      (1...32).contains(name.count) && name.first != "-" && name.last != "-"
      && name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }
    if !isName {
      faults.append(
        "execution error at (cilium/templates/validate.yaml): The cluster name is invalid: must be 1 to 32 characters "
          + "of lower case alphanumeric and '-', and start and end with an alphanumeric character")
    }
    let replacement = document["kubeProxyReplacement"].string
    if let replacement, !["true", "false"].contains(replacement) {
      faults.append(
        "execution error at (cilium/templates/cilium-configmap.yaml): kubeProxyReplacement must be explicitly set to a "
          + "valid value (true or false) to continue.")
    }
    if !Self.ipamModes.contains(ipamMode) {
      faults.append("execution error: invalid IPAM mode \"\(ipamMode)\"")
    }
    let replacesKubeProxy = document["kubeProxyReplacement"].boolean == true || replacement == "true"
    if replacesKubeProxy, serviceHost.isEmpty || servicePort.isEmpty {
      faults.append(
        "without kube-proxy the agent needs k8sServiceHost and k8sServicePort to find the API server "
          + "(docs: kubernetes without kube-proxy)")
    }
    if let port = Int(servicePort), !(1...65535).contains(port) {
      faults.append("k8sServicePort \(port) is no port")
    }
    for path in ["relay", "ui"] where document["hubble"][path]["enabled"].boolean == true {
      if document["hubble"]["enabled"].boolean == false {
        faults.append(
          "execution error at (cilium/templates/validate.yaml): Hubble \(path == "ui" ? "UI" : "Relay") requires "
            + ".Values.hubble.enabled=true")
      }
    }
    return faults
  }

  var clusterName: String { document["cluster"]["name"].string ?? "default" }
  var ipamMode: String { document["ipam"]["mode"].string ?? "cluster-pool" }
  var serviceHost: String { document["k8sServiceHost"].string ?? "" }
  var servicePort: String {
    document["k8sServicePort"].string ?? document["k8sServicePort"].integer.map { "\($0)" } ?? ""
  }
  var agentImage: String { document["image"]["override"].string ?? "quay.io/cilium/cilium" }
  var operatorImage: String { document["operator"]["image"]["override"].string ?? "quay.io/cilium/operator-generic" }
  var operatorReplicas: Int64 { document["operator"]["replicas"].integer ?? 2 }
  var confPath: String { document["cni"]["confPath"].string ?? "/etc/cni/net.d" }
}

extension JSON {
  /// What JSON Schema calls the type of this value.
  fileprivate var schemaType: String {
    switch self {
    case .null: "null"
    case .bool: "boolean"
    case .integer: "integer"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }
}
