/// One of the two images as its `image.yaml` describes it: what is in it, at which version, with which options.
public struct ImageDefinition: Sendable, Hashable {
  /// The role whose nodes get this image.
  public var role: NodeRole
  /// The Fedora CoreOS release this image is made for, for example `44.20260707.3.1`.
  public var osVersion: String
  /// The podman release in that Fedora CoreOS: quadlet keys that it does not know are findings.
  public var podmanVersion: String
  /// Every pinned component.
  public var components: [Component: Pin]
  /// System extension images, merged before the chain starts.
  public var sysexts: [Sysext]
  /// Which program holds the control plane's virtual address (masters only).
  public var addressHolder: AddressHolder
  /// When the node may reboot into an update.
  public var zincati: ZincatiStrategy
  /// How the disk is laid out and encrypted.
  public var disk: DiskOptions
  /// What of the kubelet's configuration is open to choice.
  public var kubelet: KubeletOptions

  /// Version and exact content of a component.
  public struct Pin: Sendable, Hashable {
    /// The version, for people and for the names of unpacked folders.
    public var version: String
    /// Where it is and what it must hash to.
    public var source: Source

    /// Where a component comes from.
    public enum Source: Sendable, Hashable {
      /// A container image by digest.
      case image(ContainerImage)
      /// A file by address and hash.
      case file(RemoteFile)
    }
  }

  /// A system extension image (systemd-sysext) that the user brings, with its hash.
  public struct Sysext: Sendable, Hashable {
    /// The extension's name: it becomes `/etc/extensions/<name>.raw`.
    public var name: String
    /// Where it is and what it must hash to.
    public var file: RemoteFile
    /// The components that it brings, so that they are not downloaded.
    public var provides: Set<Component>
  }

  /// Who holds the control plane's virtual address on the masters.
  public enum AddressHolder: String, Sendable, Hashable, CaseIterable {
    /// kube-vip as a static pod.
    case kubeVIP = "kube-vip"
    /// keepalived as a quadlet, with a digest that the user supplies.
    case keepalived
  }

  /// Zincati's update strategy (zincati, "Updates strategy").
  public enum ZincatiStrategy: Sendable, Hashable {
    /// No automatic updates at all (`updates.enabled = false`).
    case disabled
    /// Reboot as soon as an update is staged.
    case immediate
    /// Reboot only inside weekly windows, in UTC.
    case periodic([Window])
    /// Ask a FleetLock server before every reboot.
    case fleetLock(baseURL: String)

    /// One weekly reboot window.
    public struct Window: Sendable, Hashable {
      /// Days as Zincati spells them: `Mon` … `Sun`.
      public var days: [String]
      /// Start of the window, `HH:MM`, UTC.
      public var start: String
      /// Its length in minutes, 1 to 1440.
      public var lengthMinutes: Int
    }
  }

  /// Disk layout and encryption.
  public struct DiskOptions: Sendable, Hashable {
    /// How the root (and `/var`) file systems are encrypted.
    public var encryption: Encryption
    /// The size of the root partition in MiB where a node names its disk; `/var` gets the rest. At least 8192 (Fedora
    /// CoreOS).
    public var rootMiB: Int

    /// Encryption of the root and `/var` file systems.
    public enum Encryption: String, Sendable, Hashable, CaseIterable {
      /// LUKS, bound to the node's TPM by clevis.
      case tpm2
      /// None: whoever takes the disk has what is on it.
      case none
    }
  }

  /// The part of KubeletConfiguration that is open to choice.
  public struct KubeletOptions: Sendable, Hashable {
    /// The most pods on this node.
    public var maxPods: Int
    /// Kept back for the system, as quantities: `cpu`, `memory`, `ephemeral-storage`.
    public var systemReserved: [String: String]
    /// Labels that the node registers with. `node-role.kubernetes.io/*` cannot be among them (NodeRestriction).
    public var nodeLabels: [String: String]
  }
}
