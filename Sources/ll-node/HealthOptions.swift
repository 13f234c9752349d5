import ArgumentParser

/// Where this node's OpenBao says how it is.
struct HealthOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Its health endpoint, https://ADDRESS:8200/v1/sys/health?standbyok=true; the certificate must be for that host.",
      valueName: "URL"))
  var health: String

  @Option(help: ArgumentHelp("The anchors that its certificate is verified against, PEM.", valueName: "FILE"))
  var ca: String

  func validate() throws {
    guard health.hasPrefix("https://") else { throw ValidationError("The URL begins with https://.") }
  }
}
