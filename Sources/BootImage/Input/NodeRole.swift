/// What a node is for: one of the two images of the architecture document.
public enum NodeRole: String, Sendable, Hashable, CaseIterable {
  /// Image A, `coreos-ll-master`: OpenBao server, control plane and everything a worker has.
  case master
  /// Image B, `coreos-ll-worker`: OpenBao agent, kubelet and Cilium.
  case worker
}
