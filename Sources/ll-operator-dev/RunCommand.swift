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
      to come back within. A flag is over the environment, and that over the settings file: LL_LISTEN for --listen, \
      LL_GRANT_KEY for --grant-key, LL_CONFIG for --config; several key servers in LL_KEY_SERVER with blanks.
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
      let faults = await server.start()
      for fault in faults { Output.error.line(fault) }
      if !faults.isEmpty { throw Exit.inputIsWrong }
      try await Daemon.run(server) { await server.reload() }
    } catch let error as OperatorError {
      Output.error.line(error.description)
      throw Exit.environment
    }
  }

  private func resolved() throws -> OperatorSettings {
    var settings = try (config ?? Variable.path("CONFIG")).map { try SettingsFile.read($0) } ?? PartialSettings()
    settings.listen = try listen ?? Variable.places("LISTEN").first ?? settings.listen
    settings.certificate = try certificate ?? Variable.path("CERTIFICATE") ?? settings.certificate
    settings.key = try key ?? Variable.path("KEY") ?? settings.key
    settings.organisations = try organisations ?? Variable.path("ORGANISATIONS") ?? settings.organisations
    settings.state = try state ?? Variable.path("STATE") ?? settings.state
    settings.grantKey = try grantKey ?? Variable.path("GRANT_KEY") ?? settings.grantKey
    let servers = keyServers.isEmpty ? try Variable.places("KEY_SERVER") : keyServers
    let serverAnchor = try keyServerAnchor ?? Variable.path("KEY_SERVER_ANCHOR")
    let serverKey = try keyServerKey ?? Variable.path("KEY_SERVER_KEY")
    if !servers.isEmpty || serverAnchor != nil || serverKey != nil {
      let known = settings.others.keyServer
      guard let anchor = serverAnchor ?? known?.anchor, let signingKey = serverKey ?? known?.signingKey,
        !servers.isEmpty || known != nil
      else { throw ValidationError("--key-server needs --key-server-anchor and --key-server-key, and they need it.") }
      var server = known ?? KeyServerSettings(addresses: [], anchor: anchor, signingKey: signingKey)
      if !servers.isEmpty { server.addresses = servers }
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
