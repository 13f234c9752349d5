import BaseEncodings
import Crypto
public import HardwareIdentity
import LicenseProtocol
public import Logging
public import NIOCore
import NodeIdentity
public import NodeMetrics
import OpenBao
import SwiftProtobuf

/// A node's agent: keeps a session with the operator, has its certificate renewed, and reads the node.
///
/// It never writes to the Kubernetes API and never stops a workload: whether the node is licensed is for the operator
/// to act upon.
public struct NodeAgent: Sendable {
  /// What the agent is told by those who can read it.
  public struct Sources: Sendable {
    /// Which machine this is.
    public var hardware: @Sendable () async throws -> HardwareFacts
    /// What the node is doing. It has a thread of its own, for it may block.
    public var snapshot: @Sendable (OperatedSettings) async -> NodeSnapshot

    /// Sources.
    public init(
      hardware: @escaping @Sendable () async throws -> HardwareFacts,
      snapshot: @escaping @Sendable (OperatedSettings) async -> NodeSnapshot
    ) {
      self.hardware = hardware
      self.snapshot = snapshot
    }
  }

  /// Where everything that can be shown is written.
  public let board: StatusBoard
  private let session: OperatorSession
  private let identity: IdentityKeeper
  private let sources: Sources
  private let schedule: CollectionSchedule
  private let place: OperatorPlace
  private let log: Logger

  /// An agent with what it remembers. Nothing is dialled yet.
  /// - Throws: ``StateError`` where what it remembers cannot be read; ``IdentityError`` where the TPM's way is none.
  public init(
    _ settings: NodeAgentSettings, sources: Sources, clock: AgentClock, liveness: LoopLiveness,
    group: any EventLoopGroup, log: Logger
  ) async throws {
    let wall = clock.wall
    let now: @Sendable () -> Int64 = { wall().seconds }
    let identity = try IdentityKeeper(settings, group: group, log: log, clock: clock)
    try await self.init(
      settings, sources: sources, clock: clock, liveness: liveness, identity: identity,
      connecting: { .tls(to: $0, group: group, now: now) }, log: log)
  }

  init(
    _ settings: NodeAgentSettings, sources: Sources, clock: AgentClock, liveness: LoopLiveness,
    identity: IdentityKeeper, connecting: @escaping @Sendable (OperatorEndpoint) -> OperatorConnector, log: Logger,
    random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
  ) async throws {
    let file = StateFile(folder: settings.stateFolder)
    let state = try Self.remembered(file, log)
    let rules = SessionRules(
      nodeName: settings.nodeName, keys: try await identity.keyDigests(), state: state, settings: settings.operated,
      clock: clock,
      keeping: { (state) throws(StateError) in try file.save(state) })
    let (operated, fault) = rules.settings
    if let fault { log.warning("left out: \(fault)") }
    let schedule = CollectionSchedule(operated)
    let board = StatusBoard(
      version: settings.version, licenseOperator: settings.licenseOperator.description,
      session: SessionView(
        license: rules.license, isConnected: false, lastEnd: nil, configurations: state.configurationVersions),
      clock: clock)
    let instance = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
    let place = OperatorPlace(settings, connecting: connecting)
    session = OperatorSession(
      rules: rules, connector: connecting(settings.licenseOperator),
      effects: .init(
        credentials: {
          do {
            let found = try await identity.credentials(
              instance: instance, version: settings.version, facts: try await sources.hardware(),
              tokenFile: place.settings.licenseOperator.tokenFile)
            board.publish(fault: nil)
            board.publish(await identity.shownStatus())
            return found
          } catch {
            board.publish(fault: "\(error)")
            throw error
          }
        },
        apply: { schedule.settings = $0 }, publish: { board.publish($0) },
        taken: { credentials in
          guard let shown = credentials.shown else { return }
          do throws(IdentityError) { try await identity.used(shown) } catch { log.warning("\(error)") }
        },
        untaken: { credentials, objection in
          guard let shown = credentials.shown else { return false }
          return await identity.untaken(shown, objection)
        },
        alive: { liveness.beat() }), log: log, random: random)
    self.board = board
    self.identity = identity
    self.sources = sources
    self.schedule = schedule
    self.place = place
    self.log = log
  }

  /// Keeps the session until ``stop()``.
  public func keepSession() async { await session.run() }

  /// Ends the session in order: the operator keeps the seat, and the lease runs out by itself.
  public func stop() async { await session.stop() }

  /// The node's own settings are others now: the operator and how it is reached, who issues certificates, the consent to a
  /// key in a file, and what is read. Name, version, folder and TPM are those of the start.
  public func reload(_ settings: NodeAgentSettings) async {
    let before = place.settings
    place.settings = settings
    await session.reload(settings.operated)
    await identity.reload(settings)
    board.publish(licenseOperator: settings.licenseOperator.description)
    if settings.licenseOperator != before.licenseOperator {
      await session.redial(over: place.connector)
    } else if settings.authority != before.authority || settings.allowsFileKey != before.allowsFileKey {
      await session.prepareAgain()
    }
  }

  /// Reads the node again and again, until the task is cancelled.
  public func collect() async {
    while !Task.isCancelled {
      let settings = schedule.settings
      let snapshot = await sources.snapshot(settings)
      board.publish(snapshot)
      await session.report(Exposition.json(snapshot), conditions: snapshot.conditions.map(\.carried))
      // Cancelled: the loop's condition sees it.
      try? await Task.sleep(for: settings.interval, clock: .continuous)
    }
  }

  /// Has the certificate renewed at half of its life, until the task is cancelled. A failure is tried again after a
  /// random time that grows to five minutes, or when OpenBao says; the certificate that there is stays in use.
  public func renewCertificate() async {
    var failures = 0
    var random = SystemRandomNumberGenerator()
    while !Task.isCancelled {
      do throws(any Error) {
        guard let delay = try await identity.untilRenewal() else {
          // Other settings may name somebody who issues certificates.
          try await Task.sleep(for: .seconds(60), clock: .continuous)
          continue
        }
        // The first certificate is the session's business: without one there is nothing to renew.
        try await Task.sleep(for: max(delay, Duration.seconds(1)), clock: .continuous)
        guard try await identity.isDue(), try await !identity.stored().usable(at: board.status.wallTime.seconds).isEmpty
        else {
          try await Task.sleep(for: .seconds(30), clock: .continuous)
          continue
        }
        let hasNewKey = try await identity.renew(
          fingerprint: Hexadecimal.text(try await sources.hardware().fingerprint))
        failures = 0
        board.publish(fault: nil)
        try await introduce(isNewKey: hasNewKey)
      } catch is CancellationError {
        return
      } catch {
        failures += 1
        board.publish(fault: "the certificate is not renewed: \(error)")
        log.warning("the certificate is not renewed: \(error)")
        let pause = RetryPolicy().delay(after: failures, error: (error as? IdentityError)?.ofAuthority, using: &random)
        try? await Task.sleep(for: pause + .seconds(5), clock: .continuous)
      }
    }
  }

  /// The next session shows the new certificate. A new key is attested over the old session first, while there is one;
  /// where the operator does not take it, that session goes on as long as it can, and the next one begins with the old
  /// certificate too.
  func introduce(isNewKey: Bool) async throws(IdentityError) {
    if isNewKey, case .refused(let why) = await session.offerNext(holding: try identity.keyDigests()) {
      let fault = "the operator does not take the node's next key, and the session goes on with the old one: \(why)"
      board.publish(fault: fault)
      log.warning("\(fault)")
      if let next = try await identity.stored().next {
        await identity.untaken(next, CertificateObjection(words: why, isCertain: true))
      }
      return
    }
    await session.reconnect()
  }

  /// What was kept last. A file that is not whole is put aside and named; the operator then asks for proof anew.
  private static func remembered(_ file: StateFile, _ log: Logger) throws -> AgentState {
    let fault: StateError
    do throws(StateError) { return try file.load() ?? AgentState() } catch { fault = error }
    guard case .malformed(let path, let finding) = fault else { throw fault }
    let aside = try file.putAside()
    log.error("\(path) is not whole and was put aside as \(aside): \(finding)")
    return AgentState()
  }
}

extension NodeMetrics.Condition {
  /// The condition as a heartbeat carries it.
  fileprivate var carried: Lowlayer_Agent_V1_Condition {
    .with {
      $0.type = type.rawValue
      $0.status = status.rawValue
      $0.reason = reason
      $0.message = message
    }
  }
}
