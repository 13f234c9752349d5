import LicenseProtocol
import PKI
import SwiftProtobuf
import TestSupport
import Testing

@Suite("Recorded certificates")
struct CertificateVectorTests {
  private let now = Scene.serverStart.seconds

  @Test(
    "both ends' certificates chain to the anchor beside them, for their use and their name",
    arguments: RecordedVectors.traces)
  func sessions(name: String) async throws {
    let trace = try RecordedVectors.trace(name)
    for certificate in [trace.client_certificate] + trace.steps.compactMap(\.client_certificate) {
      let leaf = try IssuedCertificate(der: hex(certificate))
      #expect(leaf.commonName == trace.node_name)
      try await expectGood(leaf, below: trace.client_anchor, for: .client)
      try await expectRefused(leaf, below: trace.server_anchor, for: .client)
      try await expectRefused(leaf, below: trace.client_anchor, for: .server)
    }
    let server = try IssuedCertificate(der: hex(trace.server_certificate))
    try await expectGood(server, below: trace.server_anchor, for: .server, name: .dns(trace.server_name))
    try await expectRefused(server, below: trace.server_anchor, for: .server, name: .dns("other.example"))
    try await expectRefused(server, below: trace.client_anchor, for: .server)
  }

  @Test("an organisation is its issuer's common name as it stands, in grants too", arguments: RecordedVectors.traces)
  func organisations(name: String) throws {
    let trace = try RecordedVectors.trace(name)
    let anchor = try IssuedCertificate(der: hex(trace.client_anchor))
    #expect(anchor.commonName == "org-acme")
    for step in trace.steps {
      guard let text = step.grant else { continue }
      let grant = try Lowlayer_Agent_V1_Grant(textFormatString: text)
      #expect(grant.organisation == anchor.commonName)
      // Grants of these sessions are of an entitlement that is in force.
      #expect(grant.entitlement == .current)
    }
  }

  @Test("a licensee is the issuer of its operator's certificate")
  func licensee() async throws {
    let exchange = try RecordedVectors.keyServer()
    let client = try IssuedCertificate(der: hex(exchange.client_certificate))
    #expect(client.commonName == "ll-operator")
    #expect(client.issuerCommonName == exchange.licensee)
    try await expectGood(client, below: exchange.client_anchor, for: .client)
    let server = try IssuedCertificate(der: hex(exchange.server_certificate))
    try await expectGood(server, below: exchange.server_anchor, for: .server, name: .dns(exchange.server_name))
  }

  @Test("no grant ends after the grace that it names")
  func grace() throws {
    let grant = try Lowlayer_Agent_V1_Grant(textFormatString: RecordedVectors.byteStrings().grant.text)
    #expect(grant.entitlement == .grace)
    #expect(grant.notAfterNs <= grant.graceUntilNs)
  }

  private func verdict(
    _ leaf: IssuedCertificate, _ anchor: String, _ usage: ChainVerification.Usage, _ name: ChainVerification.ServerName?
  ) async throws -> ChainVerification.Verdict {
    let anchor = try IssuedCertificate(der: hex(anchor))
    return await ChainVerification(anchors: [anchor], usage: usage, name: name, at: now).verify(leaf)
  }

  private func expectGood(
    _ leaf: IssuedCertificate, below anchor: String, for usage: ChainVerification.Usage,
    name: ChainVerification.ServerName? = nil
  ) async throws {
    switch try await verdict(leaf, anchor, usage, name) {
    case .accepted(let chain): #expect(chain.count == 2)
    case .refused(let reasons): Issue.record("\(leaf.commonName): \(reasons.joined(separator: "; "))")
    }
  }

  private func expectRefused(
    _ leaf: IssuedCertificate, below anchor: String, for usage: ChainVerification.Usage,
    name: ChainVerification.ServerName? = nil
  ) async throws {
    guard case .accepted = try await verdict(leaf, anchor, usage, name) else { return }
    Issue.record("\(leaf.commonName) is accepted, and must not be")
  }
}
