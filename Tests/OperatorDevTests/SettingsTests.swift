import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import OperatorDev

@Suite("Settings, entitlements and consent say what is wrong with them, and where")
struct SettingsTests {
  private static let whole = """
    [Operator]
    Listen=[::]:9443
    Certificate=/etc/ll/operator.pem
    Key=/etc/ll/operator.key
    Organisations=/etc/ll/organisations
    State=/var/lib/ll/state.json
    PinnedNames=platform
    LeaseDuration=8
    HeartbeatInterval=2
    BrakePercent=10
    [KeyServer]
    Address=keys.example:443
    Address=192.0.2.7:8443
    Anchor=/etc/ll/vendor.pem
    SigningKey=/etc/ll/vendor.pub
    [Kubernetes]
    Address=10.96.0.1:443
    Anchor=/var/run/secrets/ca.crt
    TokenFile=/var/run/secrets/token
    ServiceAccount=ll-system/ll-agent
    [Endorsement]
    Registered=/etc/ll/registered
    """

  @Test("a whole file is read")
  func read() throws {
    var reader = OperatorSettingsReader()
    let partial = reader.read(Array(Self.whole.utf8))
    #expect(reader.report.isEmpty)
    let settings = try partial.complete().get()
    #expect(settings.listen == HostPort(host: "::", port: 9443))
    #expect(settings.grantKey == "/var/lib/ll/state.json.grant-key")
    #expect(settings.leaseDuration == .seconds(8))
    #expect(settings.keyServer?.addresses.map(\.description) == ["keys.example:443", "192.0.2.7:8443"])
    #expect(settings.kubernetes?.account == "system:serviceaccount:ll-system:ll-agent")
    #expect(settings.endorsement.registered == "/etc/ll/registered")
    #expect(settings.pinnedNames == ["platform"])
  }

  @Test("what a flag or the environment says of the key server the file need not say, and the rest it must")
  func keyServerElsewhere() throws {
    let text = Array("[KeyServer]\nSigningKey=/b\nServerName=keys.example\n".utf8)
    var told = OperatorSettingsReader(keyServer: [.address, .anchor])
    let settings = told.read(text)
    #expect(told.report.isEmpty)
    #expect(settings.others.keyServer?.signingKey == "/b")
    #expect(settings.others.keyServer?.serverName == "keys.example")
    var alone = OperatorSettingsReader(keyServer: [.address])
    _ = alone.read(text)
    #expect(alone.report.sorted.map(\.description) == ["1:1: error: [KeyServer] without Anchor="])
  }

  @Test(
    "every fault has its line",
    arguments: [
      ("[Operator]\nListen=9443\n", "2:1: error: Listen= is not HOST:PORT: \"9443\""),
      ("[Operator]\nColour=red\n", "2:1: error: unknown key Colour= in [Operator]"),
      ("[Nope]\n", "1:1: error: unknown section [Nope]"),
      ("[Operator]\nKey=operator.key\n", "2:1: error: Key= is not an absolute path: \"operator.key\""),
      ("[Operator]\nBrakePercent=0\n", "2:1: error: BrakePercent= is not 1 to 100: 0"),
      (
        "[Operator]\nLeaseDuration=2\nHeartbeatInterval=1.5\n",
        "1:1: error: LeaseDuration= is less than two heartbeats"
      ),
      ("[KeyServer]\nAnchor=/a\nSigningKey=/b\n", "1:1: error: [KeyServer] without Address="),
      (
        "[Kubernetes]\nAddress=a:1\nAnchor=/a\n",
        "1:1: error: either TokenFile=, or ClientCertificate= and ClientKey="
      ),
    ])
  func faults(_ text: String, _ expected: String) {
    var reader = OperatorSettingsReader()
    _ = reader.read(Array(text.utf8))
    #expect(reader.report.sorted.map(\.description) == [expected])
  }

  @Test(
    "entitlements likewise",
    arguments: [
      ("[Licensee]\nName=a\nMode=free\n", ["3:1: error: Mode= is not native, platform or enterprise: \"free\""]),
      (
        "[Licensee]\nName=a\nMode=native\nOrganisation=x 3\n",
        ["4:1: error: Organisation= is not NAME INCLUDED LIMIT: \"x 3\""]
      ),
      (
        "[Licensee]\nName=a\nMode=native\nOrganisation=x 3 2\n",
        ["4:1: error: Organisation= is not NAME INCLUDED LIMIT: \"x 3 2\""]
      ),
      ("[Licensee]\nName=a\nMode=native\n[Licensee]\nName=a\nMode=native\n", ["4:1: error: a second licensee a"]),
      (
        "[Licensee]\nName=a\nMode=native\nLifetime=0\n",
        ["4:1: error: Lifetime= is no number of seconds up to ten years: 0"]
      ),
    ])
  func entitlements(_ text: String, _ expected: [String]) {
    var reader = EntitlementFileReader()
    _ = reader.read(Array(text.utf8))
    #expect(reader.report.sorted.map(\.description) == expected)
  }

  @Test("consent names organisation and node")
  func consent() {
    var reader = ConsentReader()
    let consent = reader.read(Array("[Consent]\nRelease=org-acme/node-a\nLowerAssurance=node-b\n".utf8))
    #expect(consent.release == ["org-acme/node-a"])
    #expect(
      reader.report.sorted.map(\.description) == ["3:1: error: LowerAssurance= is not ORGANISATION/NODE: \"node-b\""])
  }

  @Test("an operator below is named by its organisation")
  func consentBelow() {
    var reader = ConsentReader()
    let consent = reader.read(Array("[Consent]\nReleaseBelow=org-acme\nReleaseBelow=org-acme/node-a\n".utf8))
    #expect(consent.releaseBelow == ["org-acme"])
    #expect(
      reader.report.sorted.map(\.description) == [
        "3:1: error: ReleaseBelow= is not ORGANISATION: \"org-acme/node-a\""
      ])
  }

  @Test(
    "a release of the brake names the moment that the event names, and nothing looser",
    arguments: [
      ("2026-11-21T19:44:05Z", true), ("2026-11-21 19:44:05", false), ("2026-11-21T19:44Z", false), ("yes", false),
      ("2026-11-21T19:44:05+01:00", false),
    ])
  func releaseBrake(_ time: String, _ isGood: Bool) {
    var reader = ConsentReader()
    let consent = reader.read(Array("[Consent]\nReleaseBrake=\(time)\n".utf8))
    #expect(consent.releaseBrake == (isGood ? [time] : []))
    #expect(
      reader.report.sorted.map(\.description)
        == (isGood
          ? []
          : ["2:1: error: ReleaseBrake= is not a time as the event has it, 2026-11-21T19:44:05Z: \"\(time)\""]))
  }
}

@Suite("The program")
struct ProgramTests {
  private let program = BuiltProgram.path("ll-operator-dev")

  @Test("findings are printed with file and line, and end with 1; so does what is missing; no certificate is 3")
  func exits() throws {
    let folder = try TemporaryFolder()
    let bad = try folder.write("[Operator]\nColour=red\n", to: "bad.conf").path
    let wrong = try Command([program, "run", "--config", bad])
    #expect(wrong.status == 1)
    #expect(wrong.errors == "\(bad):2:1: error: unknown key Colour= in [Operator]\n")
    let missing = try Command([program, "run", "--listen", "127.0.0.1:0", "--key", "s.key", "--key-server", "a:1"])
    #expect(missing.status == 1)
    #expect(
      missing.errors == """
        settings: error: [Operator] without Certificate= (LL_CERTIFICATE, --certificate)
        settings: error: [Operator] without Organisations= (LL_ORGANISATIONS, --organisations)
        settings: error: [Operator] without State= (LL_STATE, --state)
        settings: error: [KeyServer] without Anchor= (LL_KEY_SERVER_ANCHOR, --key-server-anchor)
        settings: error: [KeyServer] without SigningKey= (LL_KEY_SERVER_KEY, --key-server-key)

        """)
    let path = folder.url.path
    let absent = try Command([
      program, "run", "--listen", "127.0.0.1:0", "--certificate", "\(path)/none.pem", "--key", "\(path)/none.key",
      "--organisations", path, "--state", "\(path)/state",
    ])
    #expect(absent.status == 3)
    #expect(absent.errors == "\(path)/none.pem: error: is not there\n")
    #expect(try Command([program, "status", "--state", "\(path)/none"]).status == 3)
  }

  @Test(
    "the environment says what no flag does, and a folder that cannot be read is an error before anything is served")
  func environment() throws {
    let folder = try TemporaryFolder()
    let path = folder.url.path
    let serving = try TestAuthority("platform").issue("ll-operator")
    try folder.write(try serving.certificatePEM, to: "s.pem")
    try folder.write(serving.keyPEM, to: "s.key")
    try folder.write("no certificate\n", to: "organisations/platform.pem")
    try folder.write("[Consent]\nLowerAssurance=nobody\n", to: "consent.conf")
    let config = try folder.write(
      """
      [Operator]
      Listen=127.0.0.1:1
      Certificate=\(path)/elsewhere.pem
      Key=\(path)/s.key
      Organisations=\(path)/organisations
      State=\(path)/state.json
      Consent=\(path)/consent.conf

      """, to: "operator.conf"
    ).path
    let words = ["LL_CONFIG=\(config)", "LL_CERTIFICATE=\(path)/s.pem", "LL_LISTEN=127.0.0.1:\(try FreePort.take())"]
    let run = try Command(["env"] + words + [program, "run"], seconds: 20)
    #expect(run.status == 1, "\(run)")
    let lines = run.errors.split(separator: "\n")
    #expect(lines.count == 2, "\(run.errors)")
    #expect(lines.contains { $0.hasPrefix("\(path)/organisations/platform.pem") }, "\(run.errors)")
    #expect(lines.contains { $0.hasPrefix("\(path)/consent.conf:2:1: error: LowerAssurance=") }, "\(run.errors)")
    let other = try Command(["env", "LL_CERTIFICATE=\(path)/none.pem"] + [program, "run", "--config", config])
    #expect(other.errors == "\(path)/none.pem: error: is not there\n")
    let bad = try Command(["env", "LL_KEY_SERVER=here"] + [program, "run", "--config", config])
    #expect(bad.status == 2)
    // The first of two would be one that nobody chose.
    let two = try Command(["env", "LL_LISTEN=127.0.0.1:1 127.0.0.1:2"] + [program, "run", "--config", config])
    #expect(two.status == 2)
    #expect(two.errors.contains(#"LL_LISTEN: "127.0.0.1:1 127.0.0.1:2" is not HOST:PORT."#), "\(two.errors)")
  }

  @Test("the key server's double and the status are told by the environment too, and say what nobody told them")
  func environmentOfOthers() async throws {
    let folder = try TemporaryFolder()
    let path = folder.url.path
    let silent = try Command([program, "keyserver", "--listen", "127.0.0.1:0", "--key", "s.key"])
    #expect(silent.status == 1)
    #expect(
      silent.errors == """
        settings: error: without --certificate (LL_CERTIFICATE)
        settings: error: without --licensees (LL_LICENSEES)
        settings: error: without --entitlements (LL_ENTITLEMENTS)

        """)
    let words = [
      "LL_LISTEN=127.0.0.1:0", "LL_CERTIFICATE=\(path)/none.pem", "LL_KEY=\(path)/none.key", "LL_LICENSEES=\(path)",
      "LL_ENTITLEMENTS=\(path)/entitlements.conf", "LL_SIGNING_KEY=\(path)/signing.pem",
    ]
    let told = try Command(["env"] + words + [program, "keyserver"])
    #expect(told.status == 3)
    #expect(told.errors == "\(path)/none.pem: error: is not there\n")
    #expect(FileManager.default.fileExists(atPath: "\(path)/signing.pem.pub"))

    let none = try Command([program, "status"])
    #expect(none.status == 1)
    #expect(none.errors == "settings: error: without --state (LL_STATE)\n")
    let store = StateStore.file("\(path)/state.json")
    try await StateWriter(store).save(OperatorState())
    let status = ["env", "LL_STATE=\(path)/state.json"]
    #expect(try Command(status + [program, "status"]).output == "no entitlement\n")
    #expect(try Command(status + ["LL_FORMAT=json", program, "status"]).output.hasPrefix("{"))
    // A flag is over it.
    #expect(try Command(status + ["LL_FORMAT=json", program, "status", "--format", "table"]).output.hasPrefix("no"))
    #expect(try Command(status + ["LL_FORMAT=xml", program, "status"]).status == 2)
  }

  @Test("it serves, prints its events as JSON, and ends on SIGTERM with 0; status reads what it saved")
  func serves() throws {
    let folder = try TemporaryFolder()
    let authority = try TestAuthority("platform")
    let serving = try authority.issue("ll-operator")
    try folder.write(try authority.pem, to: "organisations/platform.pem")
    try folder.write(try serving.certificatePEM, to: "s.pem")
    try folder.write(serving.keyPEM, to: "s.key")
    let path = folder.url.path
    let run = try Command(
      [
        "timeout", "--preserve-status", "--signal=TERM", "8", program, "run", "--listen",
        "127.0.0.1:\(try FreePort.take())", "--certificate",
        "\(path)/s.pem", "--key", "\(path)/s.key", "--organisations", "\(path)/organisations", "--state",
        "\(path)/state.json",
      ], seconds: 60)

    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    let lines = run.output.split(separator: "\n")
    let events = try lines.map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])["event"] as? String
    }
    #expect(events.contains("reloaded"))
    #expect(events.last == "draining")
    let status = try Command([program, "status", "--state", "\(path)/state.json", "--format", "json"])
    #expect(status.status == 0)
    let json = try #require(try JSONSerialization.jsonObject(with: Data(status.output.utf8)) as? [String: Any])
    #expect((json["nodes"] as? [Any])?.isEmpty == true)
  }
}
