import Crypto
import Foundation
import LicenseProtocol
import Synchronization
import TestSupport

@testable import OperatorDev

/// An operator in this process, on loopback, with a clock that a test moves, and everything that it needs around it.
final class OperatorFixture: Sendable {
  let folder: TemporaryFolder
  let clock: TestClock
  let platform: TestAuthority
  let acme: TestAuthority
  let keyServerKey = P256.Signing.PrivateKey()
  let settings: OperatorSettings
  private let seen = Mutex<[OperatorEvent]>([])
  private let reviews = Mutex<[String: Result<NodeIdentity, NodeReviewFailure>]>([:])
  private let running = Mutex<Running?>(nil)
  private let fault = Mutex<SaveFault>(.none)
  private let savings = Mutex(0)

  /// What becomes of the operator's saving.
  enum SaveFault: Sendable {
    /// It works.
    case none
    /// The disk is full.
    case full
    /// The disk is slow.
    case slow
    /// The bytes are on the disk, and then the operator neither says what depends on them nor saves again.
    case killedAfter
  }

  private struct Running {
    let server: OperatorServer
    let task: Task<Void, Never>
    let port: Int
  }

  /// An operator with issuers of its own, or with those of another one, and then with its clock.
  init(sharing other: OperatorFixture? = nil, _ change: (inout OperatorSettings) -> Void = { _ in }) throws {
    folder = try TemporaryFolder()
    platform = try other?.platform ?? TestAuthority("platform")
    acme = try other?.acme ?? TestAuthority("org-acme")
    clock = other?.clock ?? TestClock()
    let serving = try platform.issue("ll-operator")
    try folder.write(try platform.pem, to: "organisations/platform.pem")
    try folder.write(try acme.pem, to: "organisations/org-acme.pem")
    try folder.write(keyServerKey.publicKey.pemRepresentation, to: "key-server.pub")
    let base = folder.url
    func path(_ name: String) -> String { base.appendingPathComponent(name).path }
    var settings = OperatorSettings(
      listen: HostPort(host: "127.0.0.1", port: 0),
      certificate: try folder.write(try serving.certificatePEM, to: "operator.pem").path,
      key: try folder.write(serving.keyPEM, to: "operator.key").path, organisations: path("organisations"),
      state: path("state.json"), grantKey: path("grant-key.pem"))
    try folder.write("", to: "configuration/.keep")
    settings.configuration = path("configuration")
    settings.consent = path("consent.conf")
    settings.pinnedNames = ["org-acme", "platform"]
    // Without an address nobody is asked: tests say themselves what the key server answers.
    settings.keyServer = KeyServerSettings(
      addresses: [], anchor: path("organisations/platform.pem"), signingKey: path("key-server.pub"))
    change(&settings)
    self.settings = settings
  }

  /// Starts the operator; what it promised earlier is there.
  @discardableResult
  func start(silence: SilenceLimits = SilenceLimits()) async throws -> OperatorServer {
    let file = StateStore.file(settings.state)
    let store = StateStore(
      save: { bytes in
        self.savings.withLock { $0 += 1 }
        switch self.fault.withLock({ $0 }) {
        case .none: try await file.save(bytes)
        case .full: throw OperatorError.file(self.settings.state, "No space left on device")
        case .slow:
          try await Task.sleep(for: .milliseconds(300))
          try await file.save(bytes)
        case .killedAfter:
          self.fault.withLock { $0 = .full }
          try await file.save(bytes)
          throw OperatorError.file(self.settings.state, "killed")
        }
      }, load: { () throws(OperatorError) in try file.load() })
    let server = try OperatorServer(
      settings, clock: clock.clock, emit: { event in self.seen.withLock { $0.append(event) } }, store: store,
      review: { token in
        self.reviews.withLock { $0[String(decoding: token, as: UTF8.self)] }
          ?? .failure(NodeReviewFailure(message: "the API server does not accept the token", isTransient: false))
      }, silence: silence)
    // A test has no structure above its server; `stop()` ends it.
    let task = Task { do { try await server.run() } catch {} }
    running.withLock { $0 = nil }
    let port = try await server.port
    running.withLock { $0 = Running(server: server, task: task, port: port) }
    return server
  }

  /// Ends it without a word, as a kill does: nothing is saved, nobody is told.
  func kill() async {
    let old = running.withLock { running in
      defer { running = nil }
      return running
    }
    old?.task.cancel()
    await old?.task.value
  }

  func set(_ fault: SaveFault) { self.fault.withLock { $0 = fault } }

  /// How often it has saved, or tried to.
  var saves: Int { savings.withLock { $0 } }

  var server: OperatorServer {
    get throws {
      guard let running = running.withLock({ $0?.server }) else { throw ScriptedNode.Failure.ended("no operator runs") }
      return running
    }
  }

  var licenseOperator: LicenseOperator { get throws { try server.licenseOperator } }

  /// What the API server says of a token.
  func review(_ token: String, _ result: Result<NodeIdentity, NodeReviewFailure>) {
    reviews.withLock { $0[token] = result }
  }

  /// The key server allows this.
  /// - Parameter lead: by how many seconds its clock is ahead of the operator's.
  func allow(
    _ organisations: [(String, included: UInt32, limit: UInt32)], mode: Lowlayer_Keyserver_V1_Mode = .platform,
    for seconds: Int64 = 3600, grace: Int64 = 86_400, ahead lead: Int64 = 0
  ) async throws {
    let licenseOperator = try licenseOperator
    let nonce = await licenseOperator.report().nonce
    let now = clock.real + lead * 1_000_000_000
    var entitlement = Lowlayer_Keyserver_V1_Entitlement()
    entitlement.licensee = "platform"
    entitlement.nonce = nonce
    entitlement.mode = mode
    entitlement.protocol = 1
    entitlement.issuedAtNs = now
    entitlement.notAfterNs = now + seconds * 1_000_000_000
    entitlement.graceUntilNs = now + (seconds + grace) * 1_000_000_000
    for (name, included, limit) in organisations {
      var allowed = Lowlayer_Keyserver_V1_OrganisationEntitlement()
      allowed.organisation = name
      allowed.nodesIncluded = included
      allowed.nodesLimit = limit
      entitlement.organisations.append(allowed)
    }
    await licenseOperator.received(try EntitlementSignature.sign(entitlement, with: keyServerKey))
  }

  /// Time passes, and the operator notices.
  func advance(_ seconds: Double) async throws {
    clock.advance(seconds)
    await (try licenseOperator).tick()
  }

  /// Waits until something holds that comes by the network or in true time; who asks says what it means if it does not.
  func wait(until holds: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try await !holds(), ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(10)) }
  }

  /// Ends a node's session, and waits until the operator has noticed: until then the seat is somebody's.
  func hangUp(_ node: FileKeyNode) async throws {
    let licenseOperator = try licenseOperator
    let before = await licenseOperator.sessions.count
    await node.session.close()
    try await wait { await licenseOperator.sessions.count < before }
  }

  /// Changes files while the operator looks at none of them: it does each second of true time, ``advance(_:)`` or not.
  func change(_ files: @escaping @Sendable (TemporaryFolder) throws -> Void) async throws {
    try await (try licenseOperator).undisturbed { [folder] in try files(folder) }
  }

  /// What the state's file tells of the status, once that is as wanted: the operator's own look may be at its saving.
  func status(_ isWanted: (OperatorStatus) -> Bool) async throws -> OperatorStatus {
    var status = try OperatorStatus(file: settings.state)
    try await wait {
      status = try OperatorStatus(file: settings.state)
      return isWanted(status)
    }
    return status
  }

  /// What was printed about that.
  func events(_ kind: OperatorEvent.Kind) -> [OperatorEvent] { seen.withLock { $0.filter { $0.kind == kind } } }

  /// A session of a node with that certificate.
  func connect(_ identity: TestAuthority.Issued) throws -> ScriptedNode {
    let licenseOperator = try licenseOperator
    // It says a thing and then tells of it, in one turn: whoever asks it anything comes after that.
    return try ScriptedNode(to: try listeningPort, as: identity, trusting: platform) { _ = await licenseOperator.now }
  }

  /// The port that it listens on.
  var listeningPort: Int {
    get throws {
      guard let port = running.withLock({ $0?.port }) else { throw ScriptedNode.Failure.ended("no operator runs") }
      return port
    }
  }

  /// The serving certificate in DER.
  var serverLeaf: [UInt8] { get throws { try licenseOperator.serverLeaf } }
}

extension OperatorFixture {
  /// The way of an operator with that certificate to this one, which licenses it.
  func upstream(as certificate: TestAuthority.Issued) throws -> KeyServerSettings {
    let grantKey = try SigningKey(file: settings.grantKey).publicKeyPEM
    var upstream = KeyServerSettings(
      addresses: [HostPort(host: "127.0.0.1", port: try listeningPort)],
      anchor: folder.url.appendingPathComponent("organisations/platform.pem").path,
      signingKey: try folder.write(grantKey, to: "above.pub").path)
    upstream.serverName = "ll-operator"
    upstream.certificate = try folder.write(try certificate.certificatePEM, to: "\(certificate.serial).pem").path
    upstream.key = try folder.write(certificate.keyPEM, to: "\(certificate.serial).key").path
    return upstream
  }
}

extension LicenseOperator {
  /// Carries out `change` in a turn of its own.
  fileprivate func undisturbed(_ change: @escaping @Sendable () throws -> Void) throws { try change() }
}
