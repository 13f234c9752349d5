import ArgumentParser
import Console
import Diagnostics
import OperatorDev

/// `ll-operator-dev keyserver`
struct KeyServerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keyserver",
    abstract: "Answer operators as the key server does, from a file. It is a double, and is never shipped.",
    discussion: """
      Beside the signing key its public half is written, with .pub: operators are given that. SIGHUP reads the \
      entitlements and the licensees again; where there is an error in them, nothing changes. SIGTERM ends it in ten \
      seconds, a second one at once. What no flag says the environment may: LL_LISTEN for --listen, LL_SIGNING_KEY for \
      --signing-key. Needed are --listen, --certificate, --key, --licensees and --entitlements.
      """)

  @Option(help: ArgumentHelp("Where to listen.", valueName: "HOST:PORT"), transform: Place.parsed)
  var listen: HostPort?

  @Option(help: ArgumentHelp("PEM: the serving certificate, leaf first.", valueName: "FILE"), transform: Path.absolute)
  var certificate: String?

  @Option(help: ArgumentHelp("PEM: its key.", valueName: "FILE"), transform: Path.absolute)
  var key: String?

  @Option(
    help: ArgumentHelp("The licensees: their issuers' self-signed twins.", valueName: "DIR"), transform: Path.absolute)
  var licensees: String?

  @Option(help: ArgumentHelp("What each licensee may.", valueName: "FILE"), transform: Path.absolute)
  var entitlements: String?

  @Option(
    help: ArgumentHelp(
      "The key that signs; made where there is none. (default: the entitlements' name with .signing-key)",
      valueName: "FILE"), transform: Path.absolute)
  var signingKey: String?

  @Option(
    help: ArgumentHelp("The common name in an operator's certificate. (default: ll-operator)", valueName: "NAME"))
  var operatorName: String?

  mutating func run() async throws {
    let settings = try resolved()
    do {
      let server = try KeyServerDouble(settings) { EventLine.write($0) }
      let report = try server.reload()
      for finding in report.sorted { Output.error.line(finding.description) }
      if report.hasErrors { throw Exit.inputIsWrong }
      try await Daemon.run(server) {
        do throws(OperatorError) {
          for finding in try server.reload().sorted { Output.error.line(finding.description) }
        } catch {
          Output.error.line(error.description)
        }
      }
    } catch let error as OperatorError {
      Output.error.line(error.description)
      throw Exit.environment
    }
  }

  private func resolved() throws -> KeyServerDouble.Settings {
    let listen = try listen ?? Variable.place("LISTEN")
    let certificate = try certificate ?? Variable.path("CERTIFICATE")
    let key = try key ?? Variable.path("KEY")
    let licensees = try licensees ?? Variable.path("LICENSEES")
    let entitlements = try entitlements ?? Variable.path("ENTITLEMENTS")
    let signingKey = try signingKey ?? Variable.path("SIGNING_KEY")
    guard let listen, let certificate, let key, let licensees, let entitlements else {
      throw NeededSettings.unsaid([
        ("listen", listen != nil), ("certificate", certificate != nil), ("key", key != nil),
        ("licensees", licensees != nil), ("entitlements", entitlements != nil),
      ])
    }
    var settings = KeyServerDouble.Settings(
      listen: listen, certificate: certificate, key: key, licensees: licensees, entitlements: entitlements,
      signingKey: signingKey ?? entitlements + ".signing-key")
    if let name = operatorName ?? Variable.text("OPERATOR_NAME") { settings.operatorName = name }
    return settings
  }
}
