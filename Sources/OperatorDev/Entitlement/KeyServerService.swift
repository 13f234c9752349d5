import Crypto
import GRPCCore
import LicenseProtocol
import SwiftProtobuf
import Synchronization

/// Where a ``KeyServerService`` has its answers from: a file, or an operator that is licensed itself.
protocol EntitlementSource: Sendable {
  /// Its licensees' calls.
  var licenseeCalls: LicenseeCalls { get }

  /// A licensee's report: its use counts from now on.
  /// - Returns: why it does not; `nil` where it does.
  func record(
    _ use: [Lowlayer_Keyserver_V1_OrganisationUse], of licensee: String
  ) async -> EntitlementRefusal?

  /// What that licensee may with the use that it reported, or why nothing: one sentence. The use is not recorded: it may
  /// be some time since it was reported.
  func entitlement(
    for licensee: String, use: [Lowlayer_Keyserver_V1_OrganisationUse]
  ) async -> Result<Lowlayer_Keyserver_V1_Entitlement, EntitlementRefusal>

  /// A number that changes when answers may.
  func version() async -> UInt64
}

/// Why there is no entitlement.
struct EntitlementRefusal: Error, Sendable, Hashable {
  /// One sentence for a person.
  var message: String
}

/// `lowlayer.keyserver.v1.KeyServerService`: answers each report with the entitlement in force, and again when it
/// changes.
struct KeyServerService: Lowlayer_Keyserver_V1_KeyServerService.SimpleServiceProtocol {
  let source: any EntitlementSource
  let organisations: OrganisationsBook
  let signingKey: SigningKey
  /// The common name that a licensee's operator has in its certificate: a node of the same issuer is none.
  let operatorName: String
  /// How often a licensee is asked to report.
  let reportInterval: Duration
  let clock: OperatorClock
  let emit: @Sendable (OperatorEvent) -> Void

  func entitlements(
    request: RPCAsyncSequence<Lowlayer_Keyserver_V1_OperatorReport, any Error>,
    response: RPCWriter<Lowlayer_Keyserver_V1_EntitlementUpdate>, context: ServerContext
  ) async throws {
    guard let peer = Peer(context, organisations: organisations.current) else {
      throw RPCError(code: .unauthenticated, message: "this connection has no verified certificate")
    }
    guard peer.name == operatorName else {
      throw RPCError(
        code: .permissionDenied,
        message: "the certificate is \(peer.name)'s; entitlements are for a certificate named \(operatorName)")
    }
    try judge(peer)
    let call = try admit(peer)
    defer { source.licenseeCalls.leave(peer.organisation, call) }
    let newest = NewestReport()
    let turn = AnswerTurn()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for try await report in request {
          try judge(peer)
          try take(peer, call)
          try await turn.take {
            newest.report.withLock { $0 = report }
            try await response.write(await answer(report, isNew: true, to: peer.organisation))
          }
        }
      }
      group.addTask {
        var seen = await source.version()
        while true {
          // Changes are rare, and a licensee can wait a second for one.
          try await Task.sleep(for: .seconds(1))
          try judge(peer)
          let version = await source.version()
          guard version != seen else { continue }
          try await turn.take {
            guard let report = newest.report.withLock({ $0 }) else { return }
            seen = version
            try await response.write(await answer(report, isNew: false, to: peer.organisation))
          }
        }
      }
      group.addTask {
        // Its licensee would keep the call for months, and a shutdown waits for it.
        try await context.cancellation.cancelled
        throw RPCError(code: .unavailable, message: "the key server is going away")
      }
      defer { group.cancelAll() }
      // The licensee's end of the stream is the end of it.
      try await group.next()
    }
  }

  /// A licensee is one operator: while it has its call, another one gets nothing. One that calls again is that operator,
  /// whose connection broke.
  private func admit(_ peer: Peer) throws -> UInt64 {
    switch source.licenseeCalls.enter(peer.organisation, key: peer.keyDigest) {
    case .admitted(let number): return number
    case .refused(let isNews):
      if isNews {
        event(
          peer,
          "A second operator of \(peer.organisation), with the certificate \(peer.serial), gets no entitlement: the "
            + "first one's call is open. One issuer is for one operator; the call of one that has gone ends within "
            + "half a minute.")
      }
      throw Self.another(peer)
    }
  }

  /// A report has come. That two operators have one key can only be said: one that called again looks the same.
  private func take(_ peer: Peer, _ call: UInt64) throws {
    switch source.licenseeCalls.report(peer.organisation, call, key: peer.keyDigest) {
    case .taken, .ofTwo(isNews: false): break
    case .ofTwo(isNews: true):
      event(
        peer,
        "Two operators of \(peer.organisation) have the same key: each is offered what the limit leaves, and the use "
          + "that one of them reports is taken for that of both.")
    case .displaced: throw Self.another(peer)
    }
  }

  private func event(_ peer: Peer, _ words: String) {
    emit(OperatorEvent(at: clock.realNanoseconds(), .secondCall, organisation: peer.organisation, message: words))
  }

  private static func another(_ peer: Peer) -> RPCError {
    RPCError(code: .failedPrecondition, message: "another operator of \(peer.organisation) has its entitlement")
  }

  /// Whether a call may go on: it may last for months.
  private func judge(_ peer: Peer) throws {
    if let words = organisations.current.denial(organisation: peer.organisation, serial: peer.serial) {
      throw RPCError(code: .permissionDenied, message: words)
    }
  }

  /// What a licensee reported last, for both tasks of its call.
  private final class NewestReport: Sendable {
    let report = Mutex<Lowlayer_Keyserver_V1_OperatorReport?>(nil)
  }

  /// Often enough that an entitlement is replaced before it runs out, though a report is lost.
  private func interval(of entitlement: Lowlayer_Keyserver_V1_Entitlement) -> Duration {
    let life: Duration = .nanoseconds(entitlement.notAfterNs - entitlement.issuedAtNs)
    return life > .zero ? max(min(reportInterval, life / 3), .seconds(1)) : reportInterval
  }

  /// - Parameter isNew: whether the report has just come; else it is answered once more.
  private func answer(
    _ report: Lowlayer_Keyserver_V1_OperatorReport, isNew: Bool, to licensee: String
  ) async -> Lowlayer_Keyserver_V1_EntitlementUpdate {
    func refusal(_ words: String) -> Lowlayer_Keyserver_V1_EntitlementUpdate {
      .with {
        $0.refusal = words
        $0.reportIntervalMs = reportInterval.wholeMilliseconds
      }
    }
    let missing = ProtocolFeature.missing(required: report.requiredFeatures)
    guard missing.isEmpty else { return refusal("the key server does not have \(missing.joined(separator: ", "))") }
    let negotiated = ProtocolVersion.negotiate(minimum: report.protocolMinimum, maximum: report.protocolMaximum)
    guard let version = negotiated else {
      return refusal(
        "no common protocol version: the operator speaks \(report.protocolMinimum) to \(report.protocolMaximum), "
          + "the key server \(ProtocolVersion.spoken.lowerBound) to \(ProtocolVersion.spoken.upperBound)")
    }
    guard report.nonce.count == 32 else { return refusal("the report's nonce is not 32 bytes") }
    if isNew, let reason = await source.record(report.organisations, of: licensee) { return refusal(reason.message) }
    switch await source.entitlement(for: licensee, use: report.organisations) {
    case .failure(let reason): return refusal(reason.message)
    case .success(var entitlement):
      entitlement.licensee = licensee
      entitlement.nonce = report.nonce
      entitlement.protocol = version
      do {
        var update = try EntitlementSignature.sign(entitlement, with: signingKey.key)
        update.reportIntervalMs = interval(of: entitlement).wholeMilliseconds
        return update
      } catch {
        return refusal("the key server could not sign: \(error)")
      }
    }
  }
}
