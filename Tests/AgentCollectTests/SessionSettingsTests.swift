import Diagnostics
import Testing

@testable import ll_agent

@Suite("The settings of the license's commands")
struct SessionSettingsTests {
  @Test(
    "a value that a key cannot have is a finding with its line",
    arguments: [
      ("[Agent]\nOperator=10.0.0.1\n", "Operator= is not HOST:PORT"),
      ("[Agent]\nOperator=::1:443\n", "Operator= is not HOST:PORT"),
      ("[Agent]\nOperatorAnchor=x.pem\n", "OperatorAnchor= is not an absolute path"),
      ("[Agent]\nListen=0.0.0.0:9465\n", "Listen= is no single address with a port"),
      ("[Agent]\nLogLevel=loud\n", "LogLevel= is none of trace, debug, info, notice, warning, error, critical"),
      ("[Agent]\nFileKey=maybe\n", "FileKey= is neither yes nor no"),
      ("[TPM]\nTCTI=nonsense\n", "TCTI= is no way to a TPM"),
      ("[OpenBao]\nAddress=http://a:8200\n", "Address= is not https://HOST:PORT"),
      ("[OpenBao]\nTCTI=device:/dev/tpmrm0\n", "unknown key TCTI= in [OpenBao]"),
    ])
  func findings(text: String, words: String) {
    var reader = AgentSettingsReader()
    _ = reader.read(Array(text.utf8))
    let findings = reader.report.sorted
    #expect(findings.contains { $0.message.hasPrefix(words) && $0.position?.line == 2 }, "\(findings)")
  }

  @Test("each key has a variable of its own, and no two share one")
  func variables() {
    let variables = SessionKey.allCases.map(\.variable)
    #expect(Set(variables).count == variables.count)
    #expect(SessionKey.operatorAnchor.variable == "LL_OPERATOR_ANCHOR")
    #expect(SessionKey.serverName.variable == "LL_OPENBAO_SERVER_NAME")
    #expect(SessionKey.tcti.variable == "LL_TCTI")
    #expect(SessionKey.appRoleID.variable == "LL_OPENBAO_APP_ROLE_ID")
  }

  @Test("the environment is over the file, key by key")
  func precedence() {
    var reader = AgentSettingsReader()
    let file = reader.read(
      Array("[Agent]\nOperator=a:1\nOperatorName=a\n[OpenBao]\nAddress=https://x\nAddress=https://y\n".utf8))
    let environment = AgentSettings.environment(["LL_OPERATOR": "b:2", "LL_OPENBAO_ADDRESS": "https://p https://q"])
    let merged = environment.settings.over(file).session
    #expect(environment.faults.isEmpty)
    #expect(merged[.licenseOperator] == "b:2")
    #expect(merged[.operatorName] == "a")
    #expect(merged.values[.address] == ["https://p", "https://q"])
    #expect(AgentSettings.environment(["LL_OPERATOR": "b"]).faults == ["LL_OPERATOR: error: is not HOST:PORT: \"b\""])
  }
}
