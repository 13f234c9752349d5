import BootApproval
import BootImage
import Crypto
import Diagnostics
public import MeasuredBoot
import PKI
import PrivateKeys
public import SealedObject
import SecretMemory
import TPMStructures

/// Seals to every node what it needs, and nothing else: `ll-bootimage seal`.
///
/// What a bundle holds, and for whom, is hashed from public facts; a bundle whose hash is the same as last time is left as it is.
public struct SealingWork {
  /// What must hold on the nodes, and what is approved.
  public struct Options: Sendable {
    /// The policy.
    public var policy: SealingPolicy
    /// What the approvals are called: the operating system's version.
    public var label = "approved"
    /// How the staged operating system's boot differs.
    public var substitutions = SubstitutionList()
    /// The bytes of the files that the substitutions name.
    public var files: [String: [UInt8]] = [:]
    /// Whether the first master initialises the cluster, and gets what the desk has made for it.
    public var bootstrap = false
    /// The one node to seal for; `nil` for all.
    public var onlyNode: String?
    /// How the static seal's key is escrowed; `nil` where it has been.
    public var escrow: EscrowOrder?

    /// Options with a policy.
    public init(policy: SealingPolicy) { self.policy = policy }
  }

  /// What a run did.
  public struct Outcome: Sendable {
    /// What was done, and what somebody must see to.
    public var changes: [DeskChange] = []
    /// How many bundles were sealed.
    public var sealed = 0
    /// How many were as they must be.
    public var kept = 0
  }

  private let session: DeskSession
  private let options: Options
  private let now: Int64
  private var outcome = Outcome()
  /// Told after every node: how many of how many.
  public var progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }

  /// Work at the desk of `session` at the time `now`, in seconds since 1970.
  public init(_ session: DeskSession, _ options: Options, at now: Int64) {
    self.session = session
    self.options = options
    self.now = now
  }

  /// Makes what is missing of the cluster's secrets, escrows the static seal's key, and seals.
  public mutating func run() throws(DeskError) -> Outcome {
    guard session.record.certificate(.authority(.issuer(.bootstrap))) != nil else {
      throw .refused("there are no certificates yet: `ll-bootimage pki init`")
    }
    try makeSecrets()
    let old = try SealedFolder.read(session.paths, cluster: session.cluster.name)
    var record = old ?? SealedRecord(cluster: session.cluster.name)
    let secrets = try NodeSecrets(session)
    try escrow(secrets, &record, old)
    let key = try releaseKey()
    record.sealKeyID = secrets.sealKeyID
    record.previousSealKeyID = secrets.previousSealKeyID
    record.releaseKey = String(decoding: key.publicKey.pem, as: UTF8.self)
    var files: [String: [UInt8]] = [:]
    var machines: [[UInt8]: String] = [:]
    let initialising = options.bootstrap ? session.cluster.masters.first?.name : nil
    let nodes = session.cluster.nodes
    for (index, node) in nodes.enumerated() {
      defer { progress(index + 1, nodes.count) }
      guard let (identity, digest) = try identity(of: node) else {
        outcome.changes.append(
          DeskChange(
            name: node.name,
            words: "has no identity: run `ll-tpm identity` on it, into \(session.paths.identity(of: node.name))",
            isWarning: true))
        continue
      }
      let machine = identity.srk.publicArea.name.bytes
      if let other = machines.updateValue(node.name, forKey: machine) {
        throw .refused(
          "\(session.paths.identity(of: node.name)): it is the TPM of '\(other)' too; one of the two files is a copy")
      }
      if let only = options.onlyNode, only != node.name { continue }
      var approved: SealingRequest?
      for bundle in SecretBundle.all(for: node.role) {
        let names = bundle.entries(
          initialises: node.name == initialising, rotates: secrets.previousSealKeyID != nil)
        let contents = try names.map { (name) throws(DeskError) -> (String, (value: SecretBytes, id: String)) in
          (name, try secrets.value(name, of: node.name))
        }
        let inputs = self.inputs(node, digest, key.publicKey, contents.map { ($0.0, $0.1.id) })
        let name = SealedFolder.name(node.name, bundle)
        let before = record.bundles[name]
        if before?.inputs == inputs, try isSealed(name) {
          outcome.kept += 1
          continue
        }
        let request = if let approved { approved } else { try self.request(for: node, identity, key) }
        approved = request
        let pair = try DeskError.refusing("\(node.name), \(bundle.rawValue)") { () throws(SealedObjectError) in
          try SealedPair(
            sealing: .bundle(contents.map { SealedBundle.Entry(name: $0.0, value: $0.1.value) }), request,
            for: identity)
        }
        files["\(name).pem"] = try DeskError.refusing(name) { () throws(SealedObjectError) in try pair.file.pem() }
        files["\(name).json"] = pair.sidecar.text
        record.bundles[name] = SealedRecord.Bundle(inputs: inputs, entries: names, at: now)
        outcome.sealed += 1
        outcome.changes.append(
          DeskChange(
            name: node.name,
            words: "\(bundle.rawValue) sealed" + (before == nil ? "" : " again: \(difference(before, names))")))
      }
    }
    try dropDeparted(&record)
    if record.text != old?.text { try SealedFolder.write(record, files: files, to: session.paths, replacing: old) }
    return outcome
  }

  private func difference(_ before: SealedRecord.Bundle?, _ names: [String]) -> String {
    let old = Set(before?.entries ?? [])
    let added = names.filter { !old.contains($0) }
    let gone = old.subtracting(names).sorted()
    let parts = [
      added.isEmpty ? nil : "with \(added.joined(separator: ", "))",
      gone.isEmpty ? nil : "without \(gone.joined(separator: ", "))",
    ].compactMap { $0 }
    return parts.isEmpty ? "its TPM, policy, certificate or key is another one" : parts.joined(separator: ", ")
  }

  private mutating func makeSecrets() throws(DeskError) {
    for (name, what) in [
      (SecretName.sealKey, "the static seal's key"), (SecretName.etcdEncryption, "the key of Secrets in etcd"),
    ] where try session.randomSecret(name).isNew {
      outcome.changes.append(DeskChange(name: name, words: "made: \(what)"))
    }
    for (name, what) in [
      (SecretName.serviceAccount, "the key of service-account tokens"), (SecretName.releaseKey, "the release key"),
    ] where !session.secrets.has(name) {
      let der = try DeskError.onMachine { () throws(PrivateKeyError) in try PrivateKey.generate(.p256).der() }
      try session.secrets.set(name, to: der)
      outcome.changes.append(DeskChange(name: name, words: "made: \(what)"))
    }
    try session.saveSecrets()
  }

  private mutating func escrow(
    _ secrets: NodeSecrets, _ record: inout SealedRecord, _ old: SealedRecord?
  ) throws(DeskError) {
    if options.escrow == nil, record.escrow?.keyID == secrets.sealKeyID { return }
    guard let order = options.escrow else {
      throw .refused(
        "nobody has recovery shares of the static seal's key \(secrets.sealKeyID), without which a lost desk is a lost cluster: "
          + "--escrow DIR writes them, --escrow - prints them, --escrow none goes without")
    }
    guard let key = try session.secrets.value(SecretName.sealKey) else { return }
    let given = try Escrow.give(
      key, keyID: secrets.sealKeyID, cluster: session.cluster.name, order, at: now)
    record.escrow =
      given
      ?? SealedRecord.Escrow(keyID: secrets.sealKeyID, shares: 0, threshold: 0, identifier: 0, at: now)
    outcome.changes.append(
      DeskChange(
        name: SecretName.sealKey,
        words: given.map {
          "\($0.shares) recovery shares given out, any \($0.threshold) bring back the key \($0.keyID)"
        }
          ?? "WITHOUT recovery shares: whoever loses this desk loses the cluster", isWarning: given == nil))
    // Known before anything else can fail: shares that nobody knows of are worse than none.
    var known = old ?? SealedRecord(cluster: session.cluster.name)
    known.escrow = record.escrow
    try SealedFolder.write(known, files: [:], to: session.paths, replacing: old)
  }

  private func releaseKey() throws(DeskError) -> ReleaseKey.Private {
    guard let der = try session.secrets.value(SecretName.releaseKey) else {
      throw .refused("the release key is not made yet: `ll-bootimage seal` makes it")
    }
    let pem = try DeskError.refusing("the release key") { () throws(PrivateKeyError) in try PrivateKey(der: der).pem() }
    return try DeskError.refusing("the release key") { () throws(SealedObjectError) in try ReleaseKey.Private(pem: pem)
    }
  }

  private func identity(of node: ClusterDefinition.Node) throws(DeskError) -> (TPMIdentity, digest: String)? {
    let path = session.paths.identity(of: node.name)
    guard
      let bytes = try DeskError.onDisk({ () throws(FileError) in
        try HostFile.isThere(path) ? try HostFile.read(path) : nil
      })
    else { return nil }
    let (identity, report) = TPMIdentity.read(bytes)
    guard let identity else {
      var located = Report()
      located.add(contentsOf: report, in: path)
      throw .findings(located)
    }
    return (identity, Hex.text(SHA256.hash(data: bytes)))
  }

  private func request(
    for node: ClusterDefinition.Node, _ identity: TPMIdentity, _ key: ReleaseKey.Private
  ) throws(DeskError) -> SealingRequest {
    var request = SealingRequest(options.policy)
    request.cluster = session.cluster.name
    request.node = node.name
    guard options.policy != .tpmOnly else { return request }
    request.releaseKey = key
    request.epoch = identity.epoch
    let options = options
    let path = session.paths.identity(of: node.name)
    let context = try DeskError.refusing(path) { () throws(SealedObjectError) in
      try PolicyContext(
        cluster: session.cluster.name, node: node.name, epoch: identity.epoch, releaseKey: key.publicKey)
    }
    request.approvals = try DeskError.refusing(path) { () throws(Approving.Failure) in
      try Approving.approve(
        identity, policy: options.policy, context: context, key: key, label: options.label,
        substitutions: options.substitutions, files: options.files
      ).approvals
    }
    return request
  }

  /// A hash of everything that decides what a bundle is, none of it secret.
  private func inputs(
    _ node: ClusterDefinition.Node, _ identity: String, _ key: ReleaseKey, _ contents: [(String, String)]
  ) -> String {
    var words = [
      "ll-bootimage bundle v1", session.cluster.name, node.name, identity, "\(options.policy)", options.label,
      "\(options.substitutions)", Hex.text(key.point),
    ]
    for path in options.files.keys.sorted() {
      words.append(Hex.text(SHA256.hash(data: options.files[path] ?? [])))
    }
    words += contents.flatMap { [$0.0, $0.1] }
    return Hex.text(SHA256.hash(data: Array(words.joined(separator: "\n").utf8)))
  }

  private func isSealed(_ name: String) throws(DeskError) -> Bool {
    try DeskError.onDisk { () throws(FileError) in
      let there = try HostFile.isThere("\(session.paths.sealed)/\(name).pem")
      return try HostFile.isThere("\(session.paths.sealed)/\(name).json") && there
    }
  }

  /// What was sealed for nodes that are none any more is of no use to anybody.
  private mutating func dropDeparted(_ record: inout SealedRecord) throws(DeskError) {
    var wanted: Set<String> = []
    for node in session.cluster.nodes {
      for bundle in SecretBundle.all(for: node.role) { wanted.insert(SealedFolder.name(node.name, bundle)) }
    }
    for name in record.bundles.keys.sorted() where !wanted.contains(name) {
      record.bundles[name] = nil
      outcome.changes.append(DeskChange(name: name, words: "removed: the cluster has no such node any more"))
    }
  }
}
