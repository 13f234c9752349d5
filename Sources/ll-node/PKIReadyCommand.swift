import ArgumentParser
import Console
import Diagnostics
import NodeBoot

/// `ll-node pki-ready`
struct PKIReadyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pki-ready",
    abstract: "Wait until every certificate and secret in the manifest is there and good.",
    discussion: """
      The manifest is in systemd's syntax. A [Certificate] section has Name=, Path= (leaf, intermediates and private key \
      in one PEM file), Anchor= (the issuer's self-signed twin), Usage= (client, server or both) and, where they matter, \
      CommonName=, DNSName= and IPAddress=; the last two may be repeated. A [Secret] section has Path=.

      Files are read again only when they change, and no server is asked: what has not expired is ready.
      """)

  @Option(help: ArgumentHelp("The manifest.", valueName: "file"))
  var manifest = PKIManifest.defaultPath

  @Option(help: Interval.help) var interval = Interval.seconds(1)

  @OptionGroup var gate: GateOptions

  mutating func run() async throws {
    var found = Report()
    let read = try PKIManifest(parsing: InputFile.read(manifest), report: &found)
    var report = Report()
    report.add(contentsOf: found, in: manifest)
    for finding in report.sorted { Output.error.line(finding.description) }
    if report.hasErrors { throw Exit.inputIsWrong }
    try await gate.pass(PKIReady(read), named: "pki-ready", every: interval)
  }
}
