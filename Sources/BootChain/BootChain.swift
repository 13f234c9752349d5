/// The order in which a node comes up, as data: every unit's `[Unit]` section and every picture of the chain is made from it.
///
/// The rules that hold for every stage (DESIGN, *Boot*): `Wants=` and `After=`, never `Requires=`; no start limit; services restart always,
/// oneshots on failure. ``violations()`` holds the chain against those that can be seen here.
public struct BootChain: Sendable, Hashable {
  /// The stages, each after everything that it waits for.
  public var stages: [Stage]

  /// What makes one node's chain differ from another's.
  public struct Shape: Sendable, Hashable {
    /// Whether the node runs the OpenBao server and the control plane.
    public var isMaster: Bool
    /// Whether this node may initialise a new cluster on this start (`--bootstrap`).
    public var initialises: Bool
    /// Whether keepalived, not kube-vip, holds the virtual address.
    public var hasKeepalived: Bool
    /// Whether system extensions bring kubelet or CRI-O.
    public var hasSysexts: Bool
    /// Whether the node agent is part of the image.
    public var hasAgent: Bool
    /// The archives that must be unpacked before the container runtime starts, by component name.
    public var runtimeArchives: [String]
    /// The archives that must be unpacked before the add-ons are applied, by component name.
    public var addonArchives: [String]

    /// The archives that only people need, by component name: nothing in the chain waits for them.
    public var toolArchives: [String]

    /// A shape; see the properties.
    public init(
      isMaster: Bool, initialises: Bool = false, hasKeepalived: Bool = false, hasSysexts: Bool = false,
      hasAgent: Bool = true, runtimeArchives: [String] = [], addonArchives: [String] = [], toolArchives: [String] = []
    ) {
      self.isMaster = isMaster
      self.initialises = initialises
      self.hasKeepalived = hasKeepalived
      self.hasSysexts = hasSysexts
      self.hasAgent = hasAgent
      self.runtimeArchives = runtimeArchives
      self.addonArchives = addonArchives
      self.toolArchives = toolArchives
    }
  }

  /// The chain of a node of this shape.
  public init(_ shape: Shape) {
    stages = Self.ground(shape)
    if shape.isMaster { stages += Self.openbaoServer(shape) }
    stages += Self.certificates(shape)
    stages += Self.kubernetes(shape)
    if shape.hasAgent {
      stages.append(
        Stage(
          ChainUnit.agent, "proves that the node is licensed, reports its health",
          after: [ChainUnit.networkOnline], wants: [ChainUnit.networkOnline],
          proof: "READY=1 once its session with the operator stands", form: .service))
    }
  }

  /// The stage of `unit`; `nil` where this chain has none.
  public subscript(unit: String) -> Stage? { stages.first { $0.unit == unit } }

  /// The units that wait for `unit`, in the chain's order.
  public func dependents(of unit: String) -> [Stage] { stages.filter { $0.after.contains(unit) } }
}

extension BootChain {
  private static func ground(_ shape: Shape) -> [Stage] {
    var stages = [
      Stage(
        ChainUnit.networkOnline, "the node's address is configured", after: [], wants: [],
        proof: "NetworkManager-wait-online", start: .system, form: .target)
    ]
    if shape.hasSysexts {
      stages.append(
        Stage(
          ChainUnit.sysext, "merges the system extensions", after: [], wants: [], proof: "the merge succeeded",
          start: .system, form: .oneshot(remains: true)))
    }
    for archive in shape.runtimeArchives + shape.addonArchives + shape.toolArchives {
      stages.append(
        Stage(
          ChainUnit.unpack(archive), "unpacks \(archive), once for each version", after: [], wants: [],
          proof: "the folder of this version stands, whole", form: .oneshot(remains: true)))
    }
    stages.append(image(ChainUnit.openbaoImage, of: "OpenBao"))
    stages.append(image(ChainUnit.haproxyImage, of: "haproxy"))
    stages.append(
      container(
        ChainUnit.haproxy, "127.0.0.1:7443 and :8200 to every master that answers", image: ChainUnit.haproxyImage,
        proof: "it listens on both ports"))
    return stages
  }

  private static func openbaoServer(_ shape: Shape) -> [Stage] {
    var stages = [
      Stage(
        ChainUnit.tpmUnseal, "the TPM releases the seal key and the listener's key",
        after: [ChainUnit.networkOnline], wants: [ChainUnit.networkOnline],
        proof: "the released files stand on the tmpfs", start: .demand, form: .oneshot(remains: false))
    ]
    stages.append(
      Stage(
        ChainUnit.openbaoListener, "puts the rotated listener certificate, or the first one, where OpenBao reads it",
        after: [ChainUnit.tpmUnseal], wants: [], proof: "the listener's file stands on the tmpfs", start: .demand,
        form: .oneshot(remains: false)))
    var before = [ChainUnit.tpmUnseal, ChainUnit.openbaoListener]
    if shape.initialises {
      stages.append(
        Stage(
          ChainUnit.bootstrapGate, "decides whether this start may initialise a new cluster",
          after: [ChainUnit.networkOnline, ChainUnit.tpmUnseal], wants: [ChainUnit.networkOnline],
          proof: "the self-initialisation is in place, or withheld with the reason", start: .demand,
          form: .oneshot(remains: false)))
      before.append(ChainUnit.bootstrapGate)
    }
    var openbao = container(
      ChainUnit.openbao, "OpenBao server, Raft member", image: ChainUnit.openbaoImage, after: before,
      proof: "Notify=healthy: unsealed, not merely listening")
    openbao.wants += before + [ChainUnit.tpmRelease] + (shape.initialises ? [ChainUnit.bootstrapConfirm] : [])
    stages.append(openbao)
    stages.append(
      Stage(
        ChainUnit.tpmRelease, "unlinks the released keys", after: [ChainUnit.openbao], wants: [],
        proof: "OpenBao answers healthy, then the files are gone", start: .demand, form: .oneshot(remains: false)))
    if shape.initialises {
      stages.append(
        Stage(
          ChainUnit.bootstrapConfirm, "notes in the data and in the TPM that this node initialises nothing any more",
          after: [ChainUnit.openbao], wants: [], proof: "OpenBao answers healthy, then both notes stand",
          start: .demand, form: .oneshot(remains: false)))
    }
    return stages
  }

  private static func certificates(_ shape: Shape) -> [Stage] {
    var agent = container(
      ChainUnit.openbaoAgent, "OpenBao agent: certificates into /etc/kubernetes/pki", image: ChainUnit.openbaoImage,
      after: [ChainUnit.tpmLogin] + (shape.isMaster ? [ChainUnit.openbao] : []) + [ChainUnit.haproxy],
      proof: "none of its own: kube-pki-ready looks at the files")
    agent.wants += [ChainUnit.tpmLogin, ChainUnit.haproxy]
    return [
      Stage(
        ChainUnit.tpmLogin, "the TPM releases the node's login key", after: [ChainUnit.networkOnline],
        wants: [ChainUnit.networkOnline], proof: "the released files stand on the tmpfs", start: .demand,
        form: .oneshot(remains: false)),
      agent,
      Stage(
        ChainUnit.pkiReady, "the gate before kubelet", after: [ChainUnit.networkOnline],
        wants: [ChainUnit.networkOnline],
        proof: "ll-node: every certificate present, chained to its issuer, not expired", start: .demand,
        form: .oneshot(remains: false)),
    ]
  }

  private static func kubernetes(_ shape: Shape) -> [Stage] {
    let sysext = shape.hasSysexts ? [ChainUnit.sysext] : []
    let unpacks = shape.runtimeArchives.map(ChainUnit.unpack)
    var stages: [Stage] = []
    if shape.hasKeepalived {
      stages.append(image(ChainUnit.keepalivedImage, of: "keepalived"))
      stages.append(
        container(
          ChainUnit.keepalived, "holds the control plane's virtual address", image: ChainUnit.keepalivedImage,
          proof: "VRRP state; the address follows a master that answers /readyz"))
    }
    stages.append(
      Stage(
        ChainUnit.crio, "container runtime", after: [ChainUnit.networkOnline] + sysext + unpacks,
        wants: [ChainUnit.networkOnline] + unpacks, proof: "READY=1: the CRI socket answers", form: .service))
    stages.append(
      Stage(
        ChainUnit.kubelet, shape.isMaster ? "kubelet and the control plane's static pods" : "kubelet",
        after: sysext + [ChainUnit.crio, ChainUnit.pkiReady],
        wants: [ChainUnit.crio, ChainUnit.haproxy, ChainUnit.pkiReady], proof: "READY=1", form: .service))
    if shape.isMaster {
      let addonUnpacks = shape.addonArchives.map(ChainUnit.unpack)
      stages.append(
        Stage(
          ChainUnit.clusterAddons, "Cilium, CoreDNS, RBAC and node labels, applied by hash",
          after: addonUnpacks + [ChainUnit.kubelet], wants: addonUnpacks,
          proof: "every add-on is applied at this hash", form: .oneshot(remains: true)))
    }
    stages.append(
      Stage(
        ChainUnit.ciliumReady, "this node's Cilium agent is ready: the last proof", after: [ChainUnit.kubelet],
        wants: [], proof: "ll-node: Cilium's health endpoint answers 200", form: .oneshot(remains: true)))
    return stages
  }

  private static func image(_ unit: String, of name: String) -> Stage {
    Stage(
      unit, "the image of \(name), pulled where it is missing", after: [ChainUnit.networkOnline],
      wants: [ChainUnit.networkOnline], proof: "podman has the image", start: .boot, form: .oneshot(remains: true))
  }

  private static func container(
    _ unit: String, _ summary: String, image: String, after: [String] = [], proof: String
  ) -> Stage {
    Stage(
      unit, summary, after: [ChainUnit.networkOnline, image] + after, wants: [ChainUnit.networkOnline, image],
      proof: proof, form: .quadlet)
  }
}
