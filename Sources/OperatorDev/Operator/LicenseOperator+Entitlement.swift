import FoundationEssentials
import LicenseProtocol
import SwiftProtobuf

/// How an entitlement stands, without its times: what nodes and people are told of.
enum EntitlementStanding: Sendable, Hashable {
  case none, current, grace, lapsed

  init(_ standing: EntitlementCache.Standing) {
    switch standing {
    case .none: self = .none
    case .current: self = .current
    case .grace: self = .grace
    case .lapsed: self = .lapsed
    }
  }
}

extension LicenseOperator {
  /// What is reported upstream: every organisation that is known here, with the seats that it and operators below have.
  func use() -> [Lowlayer_Keyserver_V1_OrganisationUse] {
    var names = Set(organisations.current.all.map(\.name))
    names.formUnion(state.ledgers.keys)
    names.formUnion(state.downstream.keys)
    var active: [String: UInt32] = [:]
    // Whom we found without a lease has none until it is heard, also where our own start gave it one.
    for seat in state.seats.values where !seat.isTainted && seat.rules.lease?.isLive(at: now) ?? false {
      active[seat.rules.organisation, default: 0] += 1
    }
    return names.sorted().map { name in
      .with {
        $0.organisation = name
        $0.seats = UInt32(clamping: state.ledger(name).used).clampedSum(state.downstream[name] ?? 0)
        $0.activeLeases = (active[name] ?? 0).clampedSum(leasesBelow[name] ?? 0)
      }
    }
  }

  /// How many of a stream's reports before the newest may still be answered; they are a second apart at least.
  private static let answersUnderWay = 64

  /// A stream to the key server begins: no answer to a report of another one belongs to it.
  func beginReports() {
    reportNonce = Self.random32()
    earlierNonces = []
  }

  /// The next report, with a nonce that its answer has to repeat.
  func report() -> Lowlayer_Keyserver_V1_OperatorReport {
    if !reportNonce.isEmpty { earlierNonces.append(reportNonce) }
    if earlierNonces.count > Self.answersUnderWay { earlierNonces.removeFirst() }
    reportNonce = Self.random32()
    return .with {
      $0.protocolMinimum = ProtocolVersion.spoken.lowerBound
      $0.protocolMaximum = ProtocolVersion.spoken.upperBound
      $0.nonce = Data(reportNonce)
      $0.organisations = use()
    }
  }

  /// The key server answered.
  /// - Returns: whether it is of use: it does not refuse, and is believed.
  @discardableResult
  func received(_ update: Lowlayer_Keyserver_V1_EntitlementUpdate) async -> Bool {
    reportInterval = update.reportIntervalMs == 0 ? .seconds(60) : .milliseconds(Int64(update.reportIntervalMs))
    guard update.refusal.isEmpty else {
      keyServerLost(.refusing, "it refuses: \(update.refusal.prefix(300))")
      return false
    }
    let missing = ProtocolFeature.missing(required: update.requiredFeatures)
    guard missing.isEmpty else {
      keyServerLost(.refusing, "it requires what is not understood here: \(missing.joined(separator: ", "))")
      return false
    }
    let before = cache
    // By the wall clock as it is: the answer repeats our nonce, so it is of now, and a date that was once too late must
    // not refuse it.
    do throws(EntitlementCache.Fault) {
      try cache.accept(update, nonce: reportNonce, at: ServerTime(nanoseconds: clock.realNanoseconds()))
    } catch {
      // It crossed a newer report, whose answer follows.
      if error == .otherNonce, answersEarlierReport(update) { return true }
      keyServerLost(.unbelieved, "its answer is not believed: \(error)")
      return false
    }
    takeBackDate()
    keyServerFaults = []
    state.entitlement = update
    do {
      try await save()
    } catch {
      cache = before
      state.entitlement = before.update
      return true
    }
    let isChanged =
      before.entitlement?.organisations != cache.entitlement?.organisations
      || before.entitlement?.mode != cache.entitlement?.mode
    await lookAtEntitlement()
    guard isChanged else { return true }
    entitlementVersion += 1
    event(.entitlementChanged, entitlementWords)
    await retryWaiting()
    await regrant()
    return true
  }

  private func answersEarlierReport(_ update: Lowlayer_Keyserver_V1_EntitlementUpdate) -> Bool {
    guard let entitlement = try? Lowlayer_Keyserver_V1_Entitlement(serializedBytes: update.signed) else { return false }
    return earlierNonces.contains(Array(entitlement.nonce))
  }

  /// How far the time that a node was told may be ahead of ours, before it is told anew.
  private static let toleratedLead: Duration = .seconds(60)

  /// A wall clock that was too late for a while left a date that nothing may go behind. The key server has just said
  /// what time it is: no entitlement is longer for believing it.
  ///
  /// A node judges each grant by the time that its Welcome named: one of now would have ended for it already, or end
  /// hours too early. Whoever was welcomed with such a time comes back within its lease, and is told the right one.
  private func takeBackDate() {
    guard let entitlement = cache.entitlement else { return }
    let issued = ServerTime(nanoseconds: entitlement.issuedAtNs)
    guard issued < dateFloor.time(at: now) else { return }
    dateFloor.restart(at: now, server: max(issued, ServerTime(nanoseconds: clock.realNanoseconds())))
    let window = min(settings.reconnectWindow, settings.leaseDuration / 2)
    for (id, session) in sessions {
      guard let told = session.told?.time(at: now), told - date > Self.toleratedLead else { continue }
      sendAway(id, within: window, "The operator's clock was ahead, and is right again.")
    }
  }

  /// The key server gives no entitlement; said once for each kind of fault.
  func keyServerLost(_ fault: KeyServerFault, _ words: String) {
    guard keyServerFaults.insert(fault).inserted else { return }
    event(.keyServerLost, "The key server gave no entitlement: \(words). \(entitlementWords)")
  }

  /// Whether the entitlement ran out, or came back: nodes are granted anew, because they display it.
  func lookAtEntitlement() async {
    let standing = EntitlementStanding(cache.standing(at: date))
    guard standing != self.standing else { return }
    let before = self.standing
    self.standing = standing
    entitlementVersion += 1
    switch standing {
    case .grace: event(.graceBegan, entitlementWords)
    case .lapsed: event(.graceEnded, entitlementWords)
    case .current where before != .none: event(.entitlementChanged, entitlementWords)
    case .none, .current: break
    }
    // Who came while there was none waits; what is allowed may be what it was before.
    if before == .lapsed || before == .none { await retryWaiting() }
    if before == .grace || standing == .grace || before == .lapsed { await regrant() }
  }

  /// Grants everybody anew.
  private func regrant() async {
    let seated = sessions.filter { $0.value.phase == .seated }.keys
    // All at once: together they wait for one save, and not each for one of its own.
    await withDiscardingTaskGroup { group in
      for id in seated { group.addTask { await self.license(id, anew: true) } }
    }
  }

  private var entitlementWords: String {
    let allowed = (cache.entitlement?.organisations ?? []).map {
      "\($0.organisation) \($0.nodesIncluded) included, \($0.nodesLimit == 0 ? "no limit" : "at most \($0.nodesLimit)")"
    }.joined(separator: "; ")
    return switch cache.standing(at: date) {
    case .none: "There is no entitlement: nothing is granted."
    case .current(let until): "The entitlement is current until \(until.words): \(allowed)."
    case .grace(let until): "The entitlement ran out; its grace ends at \(until.words): \(allowed)."
    case .lapsed(let at): "The entitlement and its grace ended at \(at.words): nothing is granted."
    }
  }
}

extension LicenseOperator: EntitlementSource {
  /// What an operator below may: what is left here of its organisation's own entitlement, in its mode, never beyond
  /// our own
  /// times. Free seats are shared out among the organisations that it reports, so that their sum never exceeds the
  /// limit.
  func entitlement(
    for licensee: String, use: [Lowlayer_Keyserver_V1_OrganisationUse]
  ) async -> Result<Lowlayer_Keyserver_V1_Entitlement, EntitlementRefusal> {
    let allowance: SeatAllowance
    do throws(LicenseRefusal) {
      allowance = try cache.allowance(for: licensee, at: date)
    } catch {
      return .failure(EntitlementRefusal(message: error.message))
    }
    guard let own = cache.entitlement else { return .failure(EntitlementRefusal(message: "there is no entitlement")) }
    let taken = UInt32(clamping: state.ledger(licensee).used)
    let shared = Self.share(allowance, taken: taken, among: use)
    let promise = PromiseBelow(
      seats: allowance.limit == nil ? .max : shared.reduce(UInt32(0)) { $0.clampedSum($1.nodesLimit) },
      until: ServerTime(nanoseconds: own.graceUntilNs))
    // Of two answers the one that knew more is the later one, however long each waits to be saved.
    let issued = date
    guard await note(promise, to: licensee) else { return .failure(.unsaved) }
    return .success(
      .with {
        $0.mode = own.mode
        $0.issuedAtNs = issued.nanoseconds
        $0.notAfterNs = own.notAfterNs
        $0.graceUntilNs = own.graceUntilNs
        $0.organisations = shared
      })
  }

  // Each seat that is taken here is one less below.
  func version() async -> UInt64 { state.ledgers.values.reduce(entitlementVersion) { $0 &+ $1.version } }

  /// Shares out what an organisation may among those below it.
  static func share(
    _ allowance: SeatAllowance, taken: UInt32, among use: [Lowlayer_Keyserver_V1_OrganisationUse]
  ) -> [Lowlayer_Keyserver_V1_OrganisationEntitlement] {
    let sorted = use.sorted { $0.organisation < $1.organisation }
    var included = allowance.included - min(allowance.included, taken)
    let limit = allowance.limit.map { $0 - min($0, taken) }
    let used = sorted.reduce(UInt32(0)) { $0.clampedSum($1.seats) }
    var free = limit.map { $0 - min($0, used) } ?? 0
    var left = limit ?? 0
    var shared: [Lowlayer_Keyserver_V1_OrganisationEntitlement] = []
    for (index, organisation) in sorted.enumerated() {
      var allowed = Lowlayer_Keyserver_V1_OrganisationEntitlement()
      allowed.organisation = organisation.organisation
      if limit != nil {
        // Rounded up for the first ones, so that no free seat is lost.
        let others = UInt32(sorted.count - index)
        let share = free / others + (free % others == 0 ? 0 : 1)
        free -= share
        allowed.nodesLimit = min(organisation.seats.clampedSum(share), left)
        left -= allowed.nodesLimit
        // 0 would mean no limit: who may have none is not named.
        guard allowed.nodesLimit > 0 else { continue }
      }
      allowed.nodesIncluded = limit == nil ? included : min(included, allowed.nodesLimit)
      included -= allowed.nodesIncluded
      shared.append(allowed)
    }
    return shared
  }
}
