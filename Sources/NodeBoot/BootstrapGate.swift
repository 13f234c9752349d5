import LocalFiles

/// The gate before self-initialisation: it puts the requests where OpenBao reads them, or keeps them away, before each start of OpenBao.
///
/// Two clusters must never come out of one, so a new one is allowed only where nothing speaks of an old one: not the data folder, not this TPM, not
/// one peer. ``open()`` asks what is on this node; where that does not decide, ``BootstrapPeers`` tells the rest, for ``decide(_:)``. Killed anywhere,
/// it leaves nothing allowed that was not decided, and the next run decides anew.
public struct BootstrapGate: Sendable {
  private let stanza: String
  private let target: SelfInitFile
  private let folder: String
  private let index: any InitialisedIndex

  /// A gate.
  ///
  /// - Parameters:
  ///   - stanza: the file with the requests.
  ///   - out: where OpenBao reads them; its folder is the gate's own.
  ///   - data: OpenBao's Raft data.
  ///   - index: this TPM's.
  public init(stanza: String, out: String, data: String, index: any InitialisedIndex) {
    self.stanza = stanza
    target = SelfInitFile(path: out)
    folder = data
    self.index = index
  }

  /// Withholds the requests and decides, if this node alone can; `nil` where its peers have to be asked.
  public func open() throws(BootstrapFault) -> BootstrapDecision? {
    try target.withhold()
    _ = try requests()
    let raft = try RaftFolder(path: folder)
    let state = try raft.state()
    // First, and without the TPM: a node of a running cluster must come up whatever else is wrong with it.
    if state == .confirmed { return try decided(.withheld(.dataInUse(folder: folder))) }
    if let time = try index.time() { return try decided(.withheld(.nodeWasInitialised(time: time))) }
    // Now, because OpenBao may start as soon as this process ends, however it ends.
    if state == .empty { try raft.begin() }
    return nil
  }

  /// Decides with what the peers said; wipes what an interrupted self-initialisation left, and allows the next one.
  public func decide(_ verdict: BootstrapPeers.Verdict) throws(BootstrapFault) -> BootstrapDecision {
    switch verdict {
    case .initialised(let name, let status):
      return try decided(.withheld(.peerIsInitialised(name: name, status: status)))
    case .uninitialised(let count, let absent):
      return try allow(BootstrapDecision.Circumstances(uninitialised: count, absent: absent))
    }
  }

  private func allow(_ found: BootstrapDecision.Circumstances) throws(BootstrapFault) -> BootstrapDecision {
    var circumstances = found
    let requests = try requests()
    let raft = try RaftFolder(path: folder)
    switch try raft.state() {
    case .confirmed: return try decided(.withheld(.dataInUse(folder: folder)))
    case .empty: try raft.begin()
    case .unconfirmed: circumstances.wiped = try raft.wipe().map { "\(folder)/\($0)" }
    case .unknown: circumstances.keepsUnknownData = true
    }
    try target.put(requests)
    return try decided(.allowed(circumstances))
  }

  /// Notes that OpenBao was healthy: in the data folder, then in the TPM. From then on this node initialises nothing.
  public static func confirm(data: String, index: any InitialisedIndex) throws(BootstrapFault) {
    // In this order: the folder's note keeps its data from being wiped, whatever becomes of the TPM.
    try RaftFolder(path: data).confirm()
    try index.set()
  }

  /// Whether that is noted in both already.
  public static func isConfirmed(data: String, index: any InitialisedIndex) throws(BootstrapFault) -> Bool {
    guard try RaftFolder(path: data).state() == .confirmed else { return false }
    return try index.time() != nil
  }

  private func decided(_ decision: BootstrapDecision) throws(BootstrapFault) -> BootstrapDecision {
    try target.decide(decision.description)
    return decision
  }

  // Read also where they are withheld: a mistake in the image shows on the first start, not when they are needed.
  private func requests() throws(BootstrapFault) -> [UInt8] {
    let bytes: [UInt8]
    do throws(RegularFile.Fault) { bytes = try RegularFile(path: stanza, limit: 64 << 20).contents() } catch {
      throw BootstrapFault("\(stanza): \(error.asRefusal)")
    }
    guard !bytes.isEmpty else { throw BootstrapFault("\(stanza): empty") }
    return bytes
  }
}
