import PKI
import SwiftASN1
import X509

/// What the makers of TPMs, and whoever certifies virtual ones, took back of their endorsement certificates.
struct EndorsementRevocation: Sendable, Hashable {
  /// The lists, each of them signed by one of the certificates in the endorsement folders.
  var lists: [RevocationList] = []

  /// Why a chain is not good any more, leaf first and anchor last; `nil` where nobody took any of it back.
  ///
  /// A list that has run out goes on refusing what it names, and nothing else: vendors are late with their lists, and a
  /// node that cannot be attested for that is locked out though nothing is wrong with it.
  func fault(in chain: [Certificate]) -> String? {
    for (certificate, issuer) in zip(chain, chain.dropFirst()) {
      do {
        let (certificate, issuer) = (try IssuedCertificate(certificate), try IssuedCertificate(issuer))
        guard let list = lists.filter({ $0.isSigned(by: issuer) }).newest,
          let entry = list.entries.first(where: { $0.serial == certificate.serial })
        else { continue }
        return "\(certificate.commonName.isEmpty ? "it" : certificate.commonName) (serial \(certificate.serial)) was "
          + "revoked by \(issuer.commonName): \(entry.reason)"
      } catch {
        return "its chain cannot be looked up in the revocation lists: \(error)"
      }
    }
    return nil
  }
}

extension Array<RevocationList> {
  /// Of lists of one issuer the one that counts: with the highest number, and of equal ones the latest.
  var newest: RevocationList? {
    self.max { ($0.number ?? 0, $0.thisUpdate) < ($1.number ?? 0, $1.thisUpdate) }
  }

  /// The lists that nothing has followed though their time is over. Those of one issuer are told by its name.
  func runOut(at now: Int64) -> [RevocationList] {
    Dictionary(grouping: self, by: \.issuer).values.compactMap(\.newest).filter { now > $0.nextUpdate }
      .sorted { $0.issuer < $1.issuer }
  }
}

extension IssuedCertificate {
  /// The same certificate, as the room that judges chains has it.
  init(_ certificate: Certificate) throws {
    var serializer = DER.Serializer()
    try serializer.serialize(certificate)
    try self.init(der: serializer.serializedBytes)
  }
}
