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
      to come back within, and ends it in ten seconds whatever they do; a second one ends it at once. Beside the state \
      is a file with .lock: one ll-operator-dev uses a state at a time.

      A flag is over the environment, and that over the settings file: LL_LISTEN for --listen, LL_GRANT_KEY for \
      --grant-key, LL_CONFIG for --config; several key servers in LL_KEY_SERVER with blanks. Needed are --listen, \
      --certificate, --key, --organisations and --state, wherever they are said.
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
    let keyServer = try KeyServerFlags(
      addresses: keyServers.isEmpty ? Variable.places("KEY_SERVER") : keyServers,
      anchor: keyServerAnchor ?? Variable.path("KEY_SERVER_ANCHOR"),
      signingKey: keyServerKey ?? Variable.path("KEY_SERVER_KEY"))
    var settings = PartialSettings()
    if let config = try config ?? Variable.path("CONFIG") {
      settings = try SettingsFile.read(config, keyServer: keyServer.keys)
    }
    settings.listen = try listen ?? Variable.place("LISTEN") ?? settings.listen
    settings.certificate = try certificate ?? Variable.path("CERTIFICATE") ?? settings.certificate
    settings.key = try key ?? Variable.path("KEY") ?? settings.key
    settings.organisations = try organisations ?? Variable.path("ORGANISATIONS") ?? settings.organisations
    settings.state = try state ?? Variable.path("STATE") ?? settings.state
    settings.grantKey = try grantKey ?? Variable.path("GRANT_KEY") ?? settings.grantKey
    var missing = keyServer.missing(beside: settings.others.keyServer)
    settings.others.keyServer = keyServer.over(settings.others.keyServer)
    switch settings.complete() {
    case .success(let settings):
      guard !missing.isEmpty else { return settings }
    case .failure(let needed):
      missing =
        needed.keys.map { "[Operator] without \($0)= (LL_\($0.uppercased()), --\($0.lowercased()))" } + missing
    }
    throw NeededSettings.missing(missing)
  }
}

/// What flags or the environment say of the key server.
private struct KeyServerFlags {
  var addresses: [HostPort]
  var anchor: String?
  var signingKey: String?

  /// What the settings file need not say.
  var keys: Set<OperatorSettingsReader.KeyServerKey> {
    var keys: Set<OperatorSettingsReader.KeyServerKey> = []
    if !addresses.isEmpty { keys.insert(.address) }
    if anchor != nil { keys.insert(.anchor) }
    if signingKey != nil { keys.insert(.signingKey) }
    return keys
  }

  /// The settings file's key server with this over it; `nil` where nobody names one.
  func over(_ known: KeyServerSettings?) -> KeyServerSettings? {
    guard let anchor = anchor ?? known?.anchor, let signingKey = signingKey ?? known?.signingKey else { return nil }
    var server = known ?? KeyServerSettings(addresses: [], anchor: anchor, signingKey: signingKey)
    if !addresses.isEmpty { server.addresses = addresses }
    (server.anchor, server.signingKey) = (anchor, signingKey)
    return server
  }

  /// What nobody says though something of a key server is said. A settings file that names one is whole with this.
  func missing(beside known: KeyServerSettings?) -> [String] {
    guard known == nil, !keys.isEmpty else { return [] }
    return OperatorSettingsReader.KeyServerKey.allCases.filter { !keys.contains($0) }.map { key in
      let flag =
        switch key {
        case .address: "key-server"
        case .anchor: "key-server-anchor"
        case .signingKey: "key-server-key"
        }
      let variable = flag.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
      return "[KeyServer] without \(key.rawValue)= (LL_\(variable), --\(flag))"
    }
  }
}
