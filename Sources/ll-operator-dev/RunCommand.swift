import ArgumentParser
import Console
import Diagnostics
import KubernetesAPI
import OperatorDev

/// `ll-operator-dev run`
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Attest nodes, give them seats and grants, watch their leases, until SIGTERM.",
    discussion: """
      Events are printed as JSON, one a line. The folders with organisations and configuration and the consent file are \
      looked at each second; SIGHUP reads the endorsement folders again too. SIGTERM sends the nodes away with a window \
      to come back within. A flag is over the settings file.
      """)

  @Option(help: ArgumentHelp("The settings, in systemd's syntax.", valueName: "F"), transform: Path.absolute)
  var config: String?

  @Option(help: ArgumentHelp("Where to listen.", valueName: "HOST:PORT"), transform: Place.parsed)
  var listen: HostPort?

  @Option(help: ArgumentHelp("PEM: the serving certificate, leaf first.", valueName: "FILE"), transform: Path.absolute)
  var certificate: String?

  @Option(help: ArgumentHelp("PEM: its key.", valueName: "FILE"), transform: Path.absolute)
  var key: String?

  @Option(
    help: ArgumentHelp("The organisations: their issuers' self-signed twins.", valueName: "DIR"),
    transform: Path.absolute)
  var organisations: String?

  @Option(help: ArgumentHelp("What was promised.", valueName: "FILE"), transform: Path.absolute)
  var state: String?

  @Option(
    help: ArgumentHelp(
      "The key that signs grants; made where there is none. (default: the state's name with .grant-key)",
      valueName: "FILE"), transform: Path.absolute)
  var grantKey: String?

  @Option(
    name: .customLong("key-server"),
    help: ArgumentHelp("A key server's address; once for each.", valueName: "HOST:PORT"), transform: Place.parsed)
  var keyServers: [HostPort] = []

  @Option(
    help: ArgumentHelp("PEM: the anchor of the key server's certificate.", valueName: "FILE"), transform: Path.absolute)
  var keyServerAnchor: String?

  @Option(
    help: ArgumentHelp("PEM: the public key that entitlements are signed with.", valueName: "FILE"),
    transform: Path.absolute)
  var keyServerKey: String?

  mutating func run() async throws {
    let settings = try resolved()
    do {
      let server = try OperatorServer(settings) { EventLine.write($0) }
      try await Daemon.run(server) { await server.reload() }
    } catch let error as OperatorError {
      Output.error.line(error.description)
      throw Exit.environment
    }
  }

  private func resolved() throws -> OperatorSettings {
    var settings = try config.map { try SettingsFile.read($0) } ?? PartialSettings()
    settings.listen = listen ?? settings.listen
    settings.certificate = certificate ?? settings.certificate
    settings.key = key ?? settings.key
    settings.organisations = organisations ?? settings.organisations
    settings.state = state ?? settings.state
    settings.grantKey = grantKey ?? settings.grantKey
    if !keyServers.isEmpty || keyServerAnchor != nil || keyServerKey != nil {
      let known = settings.others.keyServer
      guard let anchor = keyServerAnchor ?? known?.anchor, let signingKey = keyServerKey ?? known?.signingKey,
        !keyServers.isEmpty || known != nil
      else { throw ValidationError("--key-server needs --key-server-anchor and --key-server-key, and they need it.") }
      var server = known ?? KeyServerSettings(addresses: [], anchor: anchor, signingKey: signingKey)
      if !keyServers.isEmpty { server.addresses = keyServers }
      (server.anchor, server.signingKey) = (anchor, signingKey)
      settings.others.keyServer = server
    }
    switch settings.complete() {
    case .success(let settings): return settings
    case .failure(let missing):
      throw ValidationError("Neither a flag nor the settings file says \(missing.keys.joined(separator: ", ")).")
    }
  }
}
