/// Labels of a node, as the kubelet may set them on itself.
enum NodeLabel {
  /// Labels under `kubernetes.io` that NodeRestriction lets a kubelet set (k8s.io/kubelet,
  /// pkg/apis/well_known_labels.go).
  private static let allowed: Set<String> = [
    "kubernetes.io/hostname", "kubernetes.io/os", "kubernetes.io/arch", "beta.kubernetes.io/os",
    "beta.kubernetes.io/arch",
    "topology.kubernetes.io/zone", "topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region", "node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type",
  ]

  /// Why a kubelet cannot register with the label `key`; `nil` where it can.
  static func fault(inKey key: String) -> String? {
    let parts = key.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let name = parts.last, isName(name) else {
      return "\(shown(key)) is not a label: [PREFIX/]NAME, the name at most 63 letters, digits, '-', '_' and '.'"
    }
    guard parts.count == 2 else { return nil }
    guard Names.isDomain(parts[0]) else { return "the label \(shown(key)) has a prefix that is not a DNS name" }
    let prefix = String(parts[0])
    if prefix == "node-role.kubernetes.io" {
      return
        "the label \(shown(key)) cannot be set by a kubelet (NodeRestriction): the role's label comes with the add-ons"
    }
    guard isUnder(prefix, "kubernetes.io") || isUnder(prefix, "k8s.io"), !allowed.contains(key) else { return nil }
    if isUnder(prefix, "node.kubernetes.io") || isUnder(prefix, "kubelet.kubernetes.io") { return nil }
    return "the label \(shown(key)) cannot be set by a kubelet (NodeRestriction)"
  }

  /// Whether `value` can be a label's value: empty, or at most 63 letters, digits, `-`, `_` and `.`.
  static func isValue(_ value: String) -> Bool { value.isEmpty || isName(value) }

  private static func isName(_ text: some StringProtocol) -> Bool {
    guard (1...63).contains(text.utf8.count), let first = text.utf8.first, let last = text.utf8.reversed().first else {
      return false
    }
    return Names.isAlphanumeric(first) && Names.isAlphanumeric(last)
      && text.utf8.allSatisfy { Names.isAlphanumeric($0) || "-_.".utf8.contains($0) }
  }

  private static func isUnder(_ domain: String, _ parent: String) -> Bool {
    domain == parent || domain.hasSuffix("." + parent)
  }
}
