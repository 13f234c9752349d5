import BaseEncodings
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
    /// The policy; `nil` for that of the last time, or `standard` with the SHA-256 bank.
    public var policy: SealingPolicy?
    /// Whether it may be weaker than the last time's.
    public var mayWeaken = false
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

    /// Options; see the properties.
    public init(policy: SealingPolicy? = nil) { self.policy = policy }
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

  let session: DeskSession
  let options: Options
  let now: Int64
  var outcome = Outcome()
  var record: SealedRecord
  private var files: [String: [UInt8]] = [:]
  /// Told after every node: how many of how many.
  public var progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }

  /// Work at the desk of `session` at the time `now`, in seconds since 1970.
  public init(_ session: DeskSession, _ options: Options, at now: Int64) {
    self.session = session
    self.options = options
    self.now = now
    record = SealedRecord(cluster: session.cluster.name)
  }

  /// Makes what is missing of the cluster's secrets, escrows the static seal's key, and seals.
  public mutating func run() throws(DeskError) -> Outcome {
    let old = try SealedFolder.read(session.paths, cluster: session.cluster.name)
    if let old { record = old }
    try checkDesk(record)
    outcome.changes += try session.makeClusterSecrets()
    let secrets = try NodeSecrets(session)
    let key = try releaseKey()
    let releaseKey = String(decoding: key.publicKey.pem, as: UTF8.self)
    guard record.releaseKey == nil || record.releaseKey == releaseKey else {
      throw .refused(
        "\(session.paths.sealed) was signed by another release key than this desk's: move it away to seal everything anew"
      )
    }
    let policy = try policy(before: record.policy)
    try escrow(secrets.sealKeyID)
    let known = record
    record.sealKeyID = secrets.sealKeyID
    record.previousSealKeyID = secrets.previousSealKeyID
    record.releaseKey = releaseKey
    record.policy = policy.words
    var machines: [[UInt8]: String] = [:]
    let nodes = session.cluster.nodes
    for (index, node) in nodes.enumerated() {
      defer { progress(index + 1, nodes.count) }
      let isMeant = options.onlyNode == nil || options.onlyNode == node.name
      guard let (identity, digest) = try identity(of: node, mustBeSound: isMeant) else { continue }
      if let other = machines.updateValue(node.name, forKey: identity.srk.publicArea.name.bytes) {
        throw .refused(
          "\(session.paths.identity(of: node.name)): it is the TPM of '\(other)' too; one of the two files is a copy")
      }
      if isMeant { try seal(to: node, identity, digest, secrets, policy, key) }
    }
    try dropUnusable()
    if record.text != known.text || old == nil {
      try SealedFolder.write(record, files: files, to: session.paths, replacing: known)
    }
    return outcome
  }

  private mutating func seal(
    to node: ClusterDefinition.Node, _ identity: TPMIdentity, _ digest: String, _ secrets: NodeSecrets,
    _ policy: SealingPolicy, _ key: ReleaseKey.Private
  ) throws(DeskError) {
    let initialising = options.bootstrap ? session.cluster.masters.first?.name : nil
    var request: SealingRequest?
    for bundle in SecretBundle.all(for: node.role) {
      let names = bundle.entries(initialises: node.name == initialising, rotates: secrets.previousSealKeyID != nil)
      var entries: [SealedBundle.Entry] = []
      var ids: [String: String] = [:]
      for name in names {
        let (value, id) = try secrets.value(name, of: node.name)
        entries.append(SealedBundle.Entry(name: name, value: value))
        ids[name] = id
      }
      let inputs = self.inputs(node, digest, policy, key.publicKey, ids)
      let name = SealedFolder.name(node.name, bundle)
      let before = record.bundles[name]
      if before?.inputs == inputs, try isSealed(name) {
        outcome.kept += 1
        continue
      }
      let approved = if let request { request } else { try self.request(for: node, identity, policy, key) }
      request = approved
      let pair = try DeskError.refusing("\(node.name), \(bundle.rawValue)") { () throws(SealedObjectError) in
        try SealedPair(sealing: .bundle(entries), approved, for: identity)
      }
      files["\(name).pem"] = try DeskError.refusing(name) { () throws(SealedObjectError) in try pair.file.pem() }
      files["\(name).json"] = pair.sidecar.text
      record.bundles[name] = SealedRecord.Bundle(inputs: inputs, entries: ids, identity: digest, at: now)
      outcome.sealed += 1
      let reason = before.map { ": " + Self.difference($0, ids, digest) } ?? ""
      outcome.changes.append(
        DeskChange(name: node.name, words: "\(bundle.rawValue) sealed" + (before == nil ? "" : " again") + reason))
    }
  }

  /// What differs from the bundle of before, for people.
  private static func difference(_ before: SealedRecord.Bundle, _ ids: [String: String], _ identity: String) -> String {
    var words: [String] = []
    let added = ids.keys.filter { before.entries[$0] == nil }.sorted()
    let gone = before.entries.keys.filter { ids[$0] == nil }.sorted()
    let other = ids.keys.filter { before.entries[$0] != nil && before.entries[$0] != ids[$0] }.sorted()
    if !added.isEmpty { words.append("with \(added.joined(separator: ", "))") }
    if !gone.isEmpty { words.append("without \(gone.joined(separator: ", "))") }
    if !other.isEmpty { words.append("another \(other.joined(separator: ", "))") }
    if before.identity != identity { words.append("another identity") }
    return words.isEmpty ? "another policy, label, substitution or release key" : words.joined(separator: "; ")
  }

  private func releaseKey() throws(DeskError) -> ReleaseKey.Private {
    guard let der = try session.secrets.value(SecretName.releaseKey) else {
      throw .refused("the release key is not made yet: `ll-bootimage seal` makes it")
    }
    let pem = try DeskError.refusing("the release key") { () throws(PrivateKeyError) in try PrivateKey(der: der).pem() }
    return try DeskError.refusing("the release key") { () throws(SealedObjectError) in try ReleaseKey.Private(pem: pem)
    }
  }

  private mutating func identity(
    of node: ClusterDefinition.Node, mustBeSound: Bool
  ) throws(DeskError) -> (TPMIdentity, digest: String)? {
    let path = session.paths.identity(of: node.name)
    guard
      let bytes = try DeskError.onDisk({ () throws(FileError) in
        try HostFile.isThere(path) ? try HostFile.read(path) : nil
      })
    else {
      if mustBeSound {
        outcome.changes.append(
          DeskChange(
            name: node.name, words: "has no identity: run `ll-tpm identity` on it, into \(path)", isWarning: true))
      }
      return nil
    }
    let (identity, report) = TPMIdentity.read(bytes)
    guard let identity else {
      guard mustBeSound else { return nil }
      var located = Report()
      located.add(contentsOf: report, in: path)
      throw .findings(located)
    }
    return (identity, Hexadecimal.text(SHA256.hash(data: bytes)))
  }

  private func request(
    for node: ClusterDefinition.Node, _ identity: TPMIdentity, _ policy: SealingPolicy,
    _ key: ReleaseKey.Private
  ) throws(DeskError) -> SealingRequest {
    var request = SealingRequest(policy)
    request.cluster = session.cluster.name
    request.node = node.name
    guard policy != .tpmOnly else { return request }
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
        identity, policy: policy, context: context, key: key, label: options.label,
        substitutions: options.substitutions, files: options.files
      ).approvals
    }
    return request
  }

  /// A hash of everything that decides what a bundle is, none of it secret.
  private func inputs(
    _ node: ClusterDefinition.Node, _ identity: String, _ policy: SealingPolicy, _ key: ReleaseKey,
    _ ids: [String: String]
  ) -> String {
    var words = [
      "ll-bootimage bundle v1", session.cluster.name, node.name, identity, policy.words, options.label,
      "\(options.substitutions)", Hexadecimal.text(key.point),
    ]
    for path in options.files.keys.sorted() {
      words.append(Hexadecimal.text(SHA256.hash(data: options.files[path] ?? [])))
    }
    for name in ids.keys.sorted() { words += [name, ids[name] ?? ""] }
    return Hexadecimal.text(SHA256.hash(data: Array(words.joined(separator: "\n").utf8)))
  }

  private func isSealed(_ name: String) throws(DeskError) -> Bool {
    try DeskError.onDisk { () throws(FileError) in
      let there = try HostFile.isThere("\(session.paths.sealed)/\(name).pem")
      return try HostFile.isThere("\(session.paths.sealed)/\(name).json") && there
    }
  }

  /// What was sealed for nodes that are none any more, or whose files somebody took away, is of no use to anybody.
  private mutating func dropUnusable() throws(DeskError) {
    var wanted: Set<String> = []
    for node in session.cluster.nodes {
      for bundle in SecretBundle.all(for: node.role) { wanted.insert(SealedFolder.name(node.name, bundle)) }
    }
    for name in record.bundles.keys.sorted() {
      let isWanted = wanted.contains(name)
      if isWanted, files["\(name).pem"] != nil { continue }
      if isWanted, try isSealed(name) { continue }
      record.bundles[name] = nil
      outcome.changes.append(
        DeskChange(
          name: name,
          words: isWanted
            ? "dropped: its files are not there any more" : "removed: the cluster has no use for it any more",
          isWarning: isWanted))
    }
  }
}
