import GRPCCore
import GRPCNIOTransportHTTP2Posix
import LicenseProtocol
public import ServiceLifecycle

/// The whole operator: the server for nodes and for operators below, the clock's tick, and the key server's client.
public final class OperatorServer: Service {
  private let settings: OperatorSettings
  private let organisations: OrganisationsBook
  private let keyServer: KeyServerClient?
  private let transport: HTTP2ServerTransport.Posix
  private let server: GRPCServer<HTTP2ServerTransport.Posix>
  let licenseOperator: LicenseOperator

  /// An operator that does not listen yet. Reads certificate, key and what was promised; makes a grant key where
  /// there is
  /// none.
  public convenience init(
    _ settings: OperatorSettings, clock: OperatorClock = .system,
    emit: @escaping @Sendable (OperatorEvent) -> Void
  ) throws(OperatorError) {
    try self.init(
      settings, clock: clock, emit: emit, store: .file(settings.state), review: settings.kubernetes?.review)
  }

  init(
    _ settings: OperatorSettings, clock: OperatorClock, emit: @escaping @Sendable (OperatorEvent) -> Void,
    store: StateStore, review: NodeReview?
  ) throws(OperatorError) {
    self.settings = settings
    let identity = try ServerIdentity(certificate: settings.certificate, key: settings.key)
    let signingKey = try SigningKey(file: settings.grantKey)
    organisations = OrganisationsBook(folder: settings.organisations)
    let upstream = try settings.keyServer.map { upstream throws(OperatorError) in try upstream.identity(identity) }
    licenseOperator = try LicenseOperator(
      settings: settings, signingKey: signingKey, serverLeaf: identity.leaf,
      licensee: upstream?.issuer ?? identity.issuer, organisations: organisations, clock: clock, store: store,
      review: review, emit: emit)
    keyServer = try Self.client(settings.keyServer, upstream, clock, licenseOperator)
    transport = try .licensed(
      listen: settings.listen, identity: identity, organisations: organisations, clock: clock, emit: emit)
    server = GRPCServer(
      transport: transport,
      services: [
        SessionService(licenseOperator: licenseOperator, organisations: organisations),
        KeyServerService(
          source: licenseOperator, organisations: organisations, signingKey: signingKey,
          operatorName: settings.operatorName, reportInterval: .seconds(60)),
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
  public var port: Int {
    get async throws {
      let address = try await transport.listeningAddress
      return address.ipv4?.port ?? address.ipv6?.port ?? 0
    }
  }

  /// Serves until the task is cancelled or a graceful shutdown begins; then nodes are sent away with a window to come
  /// back
  /// within.
  public func run() async throws {
    let faults = await start()
    if !faults.isEmpty { await licenseOperator.event(.reloadFailed, faults.joined(separator: "; ")) }
    try await withGracefulShutdownHandler {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await self.server.serve() }
        group.addTask {
          while true {
            try await Task.sleep(for: .seconds(1))
            await self.licenseOperator.tick()
          }
        }
        if let keyServer { group.addTask { await keyServer.run() } }
        defer { group.cancelAll() }
        // The server ends first, by a shutdown or because it cannot listen.
        try await group.next()
      }
    } onGracefulShutdown: {
      self.beginDrain()
    }
  }

  /// Reads what is in folders and files for the first time. Nobody is served rightly by an operator that cannot read
  /// them: whoever runs it prints what this returns, and ends.
  /// - Returns: what is wrong, one finding each.
  public func start() async -> [String] { await licenseOperator.start() }

  /// Reads again what is in folders and files, now rather than at the next tick.
  public func reload() async { await licenseOperator.reload() }

  /// Sends the nodes away, and ends ``run()`` when they are gone.
  func beginDrain() {
    // A shutdown handler cannot wait; the server's own shutdown waits for the sessions that this ends.
    Task {
      await licenseOperator.drain()
      server.beginGracefulShutdown()
    }
  }
}
