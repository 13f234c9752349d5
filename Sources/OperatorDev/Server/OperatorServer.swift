import GRPCCore
import GRPCNIOTransportHTTP2Posix
import LicenseProtocol
public import ServiceLifecycle

/// The whole operator: the server for nodes and for operators below, the clock's tick, and the key server's client.
public final class OperatorServer: Service {
  private let settings: OperatorSettings
  private let organisations: OrganisationsBook
  private let keyServer: KeyServerClient?
  private let server: GRPCServer<HTTP2ServerTransport.Posix>
  private let lock: StateLock?
  let licenseOperator: LicenseOperator

  /// An operator that does not listen yet. Locks its state, reads certificate, key and what was promised; makes a grant
  /// key where there is none. Fails where another operator uses the state; nothing else was touched then.
  public convenience init(
    _ settings: OperatorSettings, clock: OperatorClock = .system,
    emit: @escaping @Sendable (OperatorEvent) -> Void
  ) throws(OperatorError) {
    // Before anything is read: what another one is about to write over is not to be believed.
    let lock = try StateLock(state: settings.state)
    try self.init(
      settings, clock: clock, emit: emit, store: .file(settings.state), review: settings.kubernetes?.review, lock: lock)
  }

  init(
    _ settings: OperatorSettings, clock: OperatorClock, emit: @escaping @Sendable (OperatorEvent) -> Void,
    store: StateStore, review: NodeReview?, lock: StateLock? = nil, silence: SilenceLimits = SilenceLimits()
  ) throws(OperatorError) {
    self.settings = settings
    self.lock = lock
    let identity = try ServerIdentity(certificate: settings.certificate, key: settings.key)
    let signingKey = try SigningKey(file: settings.grantKey)
    organisations = OrganisationsBook(folder: settings.organisations)
    let upstream = try settings.keyServer.map { upstream throws(OperatorError) in try upstream.identity(identity) }
    licenseOperator = try LicenseOperator(
      settings: settings, signingKey: signingKey, serverLeaf: identity.leaf,
      licensee: upstream?.issuer ?? identity.issuer, organisations: organisations, clock: clock, store: store,
      review: review, emit: emit)
    keyServer = try Self.client(settings.keyServer, upstream, clock, licenseOperator)
    let transport = try HTTP2ServerTransport.Posix.licensed(
      listen: settings.listen, identity: identity, organisations: organisations, clock: clock, silence: silence,
      emit: emit)
    server = GRPCServer(
      transport: transport,
      services: [
        SessionService(licenseOperator: licenseOperator, organisations: organisations),
        KeyServerService(
          source: licenseOperator, organisations: organisations, signingKey: signingKey,
          operatorName: settings.operatorName, reportInterval: .seconds(60), clock: clock, emit: emit),
      ])
  }

  private static func client(
    _ settings: KeyServerSettings?, _ identity: ServerIdentity?, _ clock: OperatorClock,
    _ licenseOperator: LicenseOperator
  ) throws(OperatorError) -> KeyServerClient? {
    guard let settings, let identity else { return nil }
    return try KeyServerClient(
      settings: settings, identity: identity, clock: clock, licenseOperator: licenseOperator)
  }

  /// The port that it listens on, once it does.
  public var port: Int { get async throws { try await server.place.port } }

  /// Serves until the task is cancelled or a graceful shutdown begins; then nodes are sent away with a window to come
  /// back within, and whoever is still there some seconds later is cut off.
  public func run() async throws {
    let licenseOperator = self.licenseOperator
    let faults = await start()
    if !faults.isEmpty { await licenseOperator.event(.reloadFailed, faults.joined(separator: "; ")) }
    var beside: [@Sendable () async throws -> Void] = [
      {
        while true {
          try await Task.sleep(for: .seconds(1))
          await licenseOperator.tick()
        }
      }
    ]
    if let keyServer { beside.append { await keyServer.run() } }
    try await server.serveUntilShutdown(beside: beside) { place in
      await licenseOperator.event(.started, "It serves on \(place).")
    } farewell: {
      await licenseOperator.drain()
    }
  }

  /// Reads what is in folders and files for the first time. Nobody is served rightly by an operator that cannot read
  /// them: whoever runs it prints what this returns, and ends.
  /// - Returns: what is wrong, one finding each.
  public func start() async -> [String] { await licenseOperator.start() }

  /// Reads again what is in folders and files, now rather than at the next tick.
  public func reload() async { await licenseOperator.reload() }
}
