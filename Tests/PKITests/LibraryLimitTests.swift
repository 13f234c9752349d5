import Foundation
import PKI
import SwiftASN1
import Testing
@_spi(FixedExpiryValidationTime) import X509

@Suite("What swift-certificates' own policy does with the hierarchy")
struct LibraryLimitTests {
  private func accepts(_ leaf: IssuedCertificate, _ place: TestHierarchy.Place) async throws -> Bool {
    let anchor = try Certificate(derEncoded: place.twin.der)
    var verifier = Verifier(rootCertificates: CertificateStore([anchor])) {
      RFC5280Policy(fixedExpiryValidationTime: Date(timeIntervalSince1970: Double(TestHierarchy.now)))
    }
    let result = await verifier.validate(
      leaf: try Certificate(derEncoded: leaf.der), intermediates: CertificateStore())
    if case .validCertificate = result { return true }
    return false
  }

  @Test("RFC5280Policy accepts an issuer's leaf")
  func issuers() async throws {
    let hierarchy = try TestHierarchy.shared.get()
    let place = try hierarchy.issuer(.kubernetes)
    let leaf = try hierarchy.mint("client", by: place)
    #expect(try await accepts(leaf, place))
  }

  @Test("RFC5280Policy accepts an organization's leaf, constraints and all")
  func organizations() async throws {
    let hierarchy = try TestHierarchy.shared.get()
    let place = try hierarchy.organization("a")
    let leaf = try hierarchy.mint("client", by: place)
    #expect(try await accepts(leaf, place))
  }
}
