extension QuadletUnit {
  /// The kinds of quadlet file, by the suffix of their names (podman-systemd.unit(5)).
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// A container, run by a service of the file's own name.
    case container
    /// A pod that containers of other files join. Since podman 5.0.0.
    case pod
    /// A named volume, made once.
    case volume
    /// A network, made once.
    case network
    /// The workloads of a Kubernetes YAML, run with `podman kube play`.
    case kube
    /// An image, pulled before what uses it. Since podman 4.8.0.
    case image
    /// An image that is built on the host. Since podman 5.2.0.
    case build
    /// An OCI artifact, pulled before what uses it. Since podman 5.7.0.
    case artifact

    /// The section that describes the resource: `Container` for a `.container` file.
    public var section: String {
      switch self {
      case .container: "Container"
      case .pod: "Pod"
      case .volume: "Volume"
      case .network: "Network"
      case .kube: "Kube"
      case .image: "Image"
      case .build: "Build"
      case .artifact: "Artifact"
      }
    }

    /// The keys of that section, with the podman release that introduced each.
    public var keys: KeyTable {
      switch self {
      case .container: .container
      case .pod: .pod
      case .volume: .volume
      case .network: .network
      case .kube: .kube
      case .image: .image
      case .build: .build
      case .artifact: .artifact
      }
    }

    /// What the service's name has after the file's own: containers and kube files have their service's name to
    /// themselves.
    var serviceSuffix: String {
      switch self {
      case .container, .kube: ""
      default: "-" + rawValue
      }
    }

    /// When the generator converts this kind: what others refer to goes first.
    var order: Int {
      switch self {
      case .image, .artifact: 1
      case .volume, .network: 2
      case .build: 3
      case .container, .kube: 4
      case .pod: 5
      }
    }
  }
}
