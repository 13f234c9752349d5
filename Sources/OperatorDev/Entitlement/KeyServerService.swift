import Crypto
import GRPCCore
import LicenseProtocol
import SwiftProtobuf
import Synchronization

/// Where a ``KeyServerService`` has its answers from: a file, or an operator that is licensed itself.
protocol EntitlementSource: Sendable {
  /// What that licensee may, or why nothing: one sentence. The use that it reported counts from now on.
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
    // A call may last for months.
    func judge() throws {
      guard let words = organisations.current.denial(organisation: peer.organisation, serial: peer.serial) else {
        return
      }
      throw RPCError(code: .permissionDenied, message: words)
    }
    try judge()
    let newest = NewestReport()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for try await report in request {
          newest.report.withLock { $0 = report }
          try judge()
          try await response.write(await answer(report, to: peer.organisation))
        }
      }
      group.addTask {
        var seen = await source.version()
        while true {
          // Changes are rare, and a licensee can wait a second for one.
          try await Task.sleep(for: .seconds(1))
          try judge()
          let version = await source.version()
          guard version != seen, let report = newest.report.withLock({ $0 }) else { continue }
          seen = version
          try await response.write(await answer(report, to: peer.organisation))
        }
      }
      defer { group.cancelAll() }
      // The licensee's end of the stream is the end of it.
      try await group.next()
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

  private func answer(
    _ report: Lowlayer_Keyserver_V1_OperatorReport, to licensee: String
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
