import Diagnostics
public import FoundationEssentials

/// Applies an ``AddOnManifest`` until the cluster has all of it. Several masters may do so at the same time, and each
/// may be stopped at any moment.
///
/// An add-on's hash is recorded in the cluster (ConfigMap `ll-addons` in kube-system) and on the node after it was
/// applied. What the cluster has with this hash is not applied again. Where the cluster has another hash although this
/// node has applied its own before, another master has brought a different version since, and this node leaves it: a
/// master that only reboots never takes a version back. Without a record in the cluster everything is applied.
///
/// No add-on waits for another: the API server takes each by itself, and pods wait for what they need. So one that
/// fails is tried again, with a growing pause, and the others go on.
///
/// Labels are compared with the nodes themselves, since a node that registers anew has lost them. A node that is not
/// registered is no failure, for it may join much later; only this node's own labels must be there.
public struct AddOns: ReadinessCheck {
  /// How long children may run, and the first pause after a failure.
  public struct Timing: Sendable, Hashable {
    /// Each kubectl.
    public var kubectl: Duration
    /// Each run of Cilium's command-line tool.
    public var cilium: Duration
    /// The pause after the first failure; each further one doubles it, up to a minute.
    public var pause: Duration

    /// A minute, five minutes and two seconds unless told otherwise.
    public init(kubectl: Duration = .seconds(60), cilium: Duration = .seconds(300), pause: Duration = .seconds(2)) {
      self.kubectl = kubectl
      self.cilium = cilium
      self.pause = pause
    }
  }

  /// What happened.
  public enum Event: Sendable, Hashable {
    /// This node begins to apply it; told before the first attempt only.
    case applying(String)
    /// Applied by this node now; `by` is what was done: `apply`, `install`, `upgrade` or `label`.
    case applied(String, by: String)
    /// The cluster has it already.
    case present(String)
    /// The cluster has another version, which came after this node's own.
    case superseded(String)
    /// These nodes are not registered yet and get their labels when they are.
    case pending([String])
  }

  private let manifest: AddOnManifest
  private let node: String
  private let timing: Timing
  private let now: @Sendable () -> Date
  private let tell: @Sendable (Event) -> Void
  private let kubectl: Kubectl
  private let environment: [String: String]
  private let state: AddOnState
  private var attempts: [String: Attempt] = [:]
  private var told: [String: Event] = [:]

  /// Add-ons as `manifest` has them.
  ///
  /// - Parameters:
  ///   - node: this node's name, whose labels must be there.
  ///   - now: the wall clock, to tell how old an unfinished installation is.
  ///   - tell: hears of everything that happens, once.
  public init(
    _ manifest: AddOnManifest, node: String, timing: Timing = Timing(),
    now: @escaping @Sendable () -> Date = { Date() }, tell: @escaping @Sendable (Event) -> Void
  ) {
    self.manifest = manifest
    self.node = node
    self.timing = timing
    self.now = now
    self.tell = tell
    environment = [
      "HOME": "/root", "KUBECONFIG": manifest.kubeconfig,
      "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ]
    kubectl = Kubectl(Program(path: manifest.kubectl, environment: environment, deadline: timing.kubectl))
    state = AddOnState(folder: manifest.stateDirectory)
  }

  /// Applies what is missing and due. The API server's status alone while it is not ready; then its own, one per add-on
  /// in the manifest's order, and one per node that is registered or is this one.
  public mutating func check() async -> [ReadinessStatus] {
    var statuses: [ReadinessStatus] = []
    do throws(AddOnFault) {
      try kubectl.checkReadiness()
      let records = try kubectl.records()
      statuses.append(ReadinessStatus(name: "api-server", path: manifest.kubeconfig))
      for addOn in manifest.addOns { statuses.append(status(of: addOn, records: records)) }
      if !manifest.nodeLabels.isEmpty { statuses += labelStatuses(try kubectl.nodes()) }
    } catch {
      let finding = Finding(.error, error.message, file: manifest.kubeconfig)
      statuses.removeAll { $0.name == "api-server" }
      statuses.insert(ReadinessStatus(name: "api-server", path: manifest.kubeconfig, findings: [finding]), at: 0)
    }
    return statuses
  }

  private mutating func status(of addOn: AddOnManifest.AddOn, records: [String: String]) -> ReadinessStatus {
    attempt(addOn.name, path: addOn.path, key: addOn.name) { (addOns: inout AddOns) throws(AddOnFault) in
      let hash = try addOn.digest()
      let record = records[addOn.name]
      if record == hash {
        try addOns.state.keep(hash, of: addOn.name)
        return .present(addOn.name)
      }
      if record != nil, addOns.state.hash(of: addOn.name) == hash { return .superseded(addOn.name) }
      addOns.tellOnce(.applying(addOn.name), of: addOn.name)
      let verb = try addOns.apply(addOn)
      // The cluster first: a node that is stopped in between finds its hash there.
      try addOns.kubectl.record(hash, of: addOn.name)
      try addOns.state.keep(hash, of: addOn.name)
      return .applied(addOn.name, by: verb)
    }
  }

  private func apply(_ addOn: AddOnManifest.AddOn) throws(AddOnFault) -> String {
    switch addOn {
    case .objects(let objects):
      try kubectl.apply(objects.path)
      return "apply"
    case .cilium(let cilium):
      let program = Program(path: cilium.program, environment: environment, deadline: timing.cilium)
      return try CiliumInstallation(cilium: cilium, program: program, kubectl: kubectl, now: now).apply()
    }
  }

  private mutating func labelStatuses(_ nodes: [String: [String: String]]) -> [ReadinessStatus] {
    var statuses: [ReadinessStatus] = []
    var pending: [String] = []
    for wanted in manifest.nodeLabels {
      guard let labels = nodes[wanted.node] else {
        guard wanted.node == node else {
          pending.append(wanted.node)
          continue
        }
        let finding = Finding(.error, "the node is not registered yet", file: wanted.path)
        statuses.append(ReadinessStatus(name: wanted.name, path: wanted.path, findings: [finding]))
        continue
      }
      let missing = wanted.labels.filter { labels[$0.key] != $0.value }
      statuses.append(
        attempt(wanted.name, path: wanted.path, key: wanted.path) { (addOns: inout AddOns) throws(AddOnFault) in
          if missing.isEmpty { return .present(wanted.name) }
          try addOns.kubectl.label(wanted.node, missing)
          return .applied(wanted.name, by: "label")
        })
    }
    if !pending.isEmpty || told["node/"] != nil { tellOnce(.pending(pending), of: "node/") }
    return statuses
  }

  /// Tries one thing if it is due; until then its last fault stands. Its `key` is what it is remembered by: an add-on's
  /// name, or a path with a slash in it, which no name has.
  private mutating func attempt(
    _ name: String, path: String, key: String, _ work: (inout AddOns) throws(AddOnFault) -> Event
  ) -> ReadinessStatus {
    let attempt = attempts[key] ?? Attempt()
    if attempt.isDue(at: .now) {
      do throws(AddOnFault) {
        let event = try work(&self)
        attempts[key] = nil
        tellOnce(event, of: key)
      } catch {
        attempts[key, default: Attempt()].fail(error, at: .now, first: timing.pause)
      }
    }
    let findings = attempts[key].map { [Finding(.error, $0.fault, file: path)] } ?? []
    return ReadinessStatus(name: name, path: path, findings: findings)
  }

  /// What was applied is also present at the next look, which is no news.
  private mutating func tellOnce(_ event: Event, of name: String) {
    if case .applied = told[name], case .present = event { return }
    if told.updateValue(event, forKey: name) != event { tell(event) }
  }
}

extension AddOnManifest.AddOn {
  /// Where its faults are to be looked for.
  fileprivate var path: String {
    switch self {
    case .objects(let objects): objects.path
    case .cilium(let cilium): cilium.values
    }
  }
}

extension AddOnManifest.NodeLabels {
  fileprivate var name: String { "labels-\(node)" }
  fileprivate var path: String { "node/\(node)" }
}
