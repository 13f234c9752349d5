public import Diagnostics
import GRPCCore
import GRPCNIOTransportHTTP2Posix
public import ServiceLifecycle

/// The key server's double: it answers operators from a file.
public final class KeyServerDouble: Service {
  /// Everything that `ll-operator-dev keyserver` is told.
  public struct Settings: Sendable, Hashable {
    /// Where it listens.
    public var listen: HostPort
    /// PEM: its serving certificate, leaf first.
    public var certificate: String
    /// PEM: its key.
    public var key: String
    /// The folder with the anchors of its licensees' issuers.
    public var licensees: String
    /// The file with what they may.
    public var entitlements: String
    /// The file with the key that entitlements are signed with; beside it, with `.pub`, its public half for operators.
    public var signingKey: String
    /// The common name in an operator's certificate.
    public var operatorName = "ll-operator"

    /// Settings.
    public init(
      listen: HostPort, certificate: String, key: String, licensees: String, entitlements: String, signingKey: String
    ) {
      self.listen = listen
      self.certificate = certificate
      self.key = key
      self.licensees = licensees
      self.entitlements = entitlements
      self.signingKey = signingKey
    }
  }

  private let organisations: OrganisationsBook
  private let source: FileEntitlementSource
  private let server: GRPCServer<HTTP2ServerTransport.Posix>
  private let clock: OperatorClock
  private let emit: @Sendable (OperatorEvent) -> Void

  /// A key server that does not listen yet; makes a signing key where there is none.
  public init(
    _ settings: Settings, clock: OperatorClock = .system, emit: @escaping @Sendable (OperatorEvent) -> Void
  ) throws(OperatorError) {
    (self.clock, self.emit) = (clock, emit)
    let signingKey = try SigningKey(file: settings.signingKey)
    try OperatorFile.replace(settings.signingKey + ".pub", with: Array(signingKey.publicKeyPEM.utf8))
    organisations = OrganisationsBook(folder: settings.licensees)
    source = FileEntitlementSource(file: settings.entitlements, clock: clock)
    let identity = try ServerIdentity(certificate: settings.certificate, key: settings.key)
    let transport = try HTTP2ServerTransport.Posix.licensed(
      listen: settings.listen, identity: identity, organisations: organisations, clock: clock, emit: emit)
    server = GRPCServer(
      transport: transport,
      services: [
        KeyServerService(
          source: source, organisations: organisations, signingKey: signingKey, operatorName: settings.operatorName,
          reportInterval: .seconds(60), clock: clock, emit: emit)
      ])
  }

  /// The port that it listens on, once it does.
  public var port: Int { get async throws { try await server.place.port } }

  /// The seats that a licensee's operator reported last; `nil` where it never did.
  public func reportedSeats(of licensee: String) -> Int? { source.reportedSeats(of: licensee) }

  /// Reads the file and the folder again. Where there are errors nothing changes.
  public func reload() throws(OperatorError) -> Report {
    var report = try source.reload()
    if let more = try organisations.reload() { report.add(contentsOf: more) }
    return report
  }

  /// Serves until the task is cancelled or a graceful shutdown begins; operators that are still there some seconds later
  /// are cut off. ``reload()`` comes first.
  public func run() async throws {
    let (clock, emit) = (self.clock, self.emit)
    try await server.serveUntilShutdown { place in
      emit(OperatorEvent(at: clock.realNanoseconds(), .started, message: "It serves on \(place)."))
    }
  }
}
