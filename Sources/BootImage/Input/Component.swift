/// Something from upstream that an image contains, by the name that `image.yaml` and the pins use.
public enum Component: String, Sendable, Hashable, CaseIterable, Comparable {
  case openbao
  case haproxy
  case kubelet
  case kubectl
  case crio = "cri-o"
  case crictl
  case cniPlugins = "cni-plugins"
  case ciliumCLI = "cilium-cli"
  case ciliumChart = "cilium-chart"
  case cilium
  case ciliumOperator = "cilium-operator"
  case ciliumEnvoy = "cilium-envoy"
  case coredns
  case pause
  case etcd
  case kubeAPIServer = "kube-apiserver"
  case kubeControllerManager = "kube-controller-manager"
  case kubeScheduler = "kube-scheduler"
  case kubeVIP = "kube-vip"
  case keepalived

  /// The form in which upstream publishes it and a node takes it.
  public enum Form: Sendable, Hashable {
    /// A container image, by digest.
    case image
    /// One executable, by address and hash.
    case binary
    /// A gzipped tar archive, by address and hash.
    case archive
  }

  /// The form of this component.
  public var form: Form {
    switch self {
    case .kubelet, .kubectl: .binary
    case .crio, .crictl, .cniPlugins, .ciliumCLI, .ciliumChart: .archive
    default: .image
    }
  }

  /// The roles whose image cannot do without it. A sysext that provides it, or the choice of the other address
  /// holder (kube-vip or keepalived), takes its place.
  public var roles: Set<NodeRole> {
    switch self {
    case .openbao, .haproxy, .kubelet, .crio, .crictl, .cniPlugins, .pause: [.master, .worker]
    default: [.master]
    }
  }

  /// Orders by name.
  public static func < (left: Component, right: Component) -> Bool { left.rawValue < right.rawValue }
}
