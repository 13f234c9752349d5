import PKI
import PrivateKeys
import SwiftASN1
import Testing
import X509

extension MatrixCases {
  static func forged(_ hierarchy: TestHierarchy) throws -> [VerifierCase] {
    let organization = try hierarchy.organization("a")
    let kubernetes = try hierarchy.issuer(.kubernetes)
    let bootstrap = try hierarchy.issuer(.bootstrap)
    var cases: [VerifierCase] = []

    for place in [organization, kubernetes] {
      let key = try PrivateKey.generate(.p256)
      let below = try hierarchy.mint("below", by: place) {
        $0.key = key
        $0.pathLength = .some(nil)
      }
      let leaf = try Mint(commonName: "client", key: hierarchy.leafKey, issuer: below, issuerKey: key).certificate()
      let name = place.certificate.commonName
      cases += atTwinAndRoot("an authority below \(name)", place, hierarchy, leaf) {
        $0.intermediates.append(below)
        $0.refused = "the path is too long: \(name) allows no authority below it, and there is 1"
      }
      let signer = try hierarchy.mint("signer", by: place) { $0.key = key }
      let signed = try Mint(commonName: "client", key: hierarchy.leafKey, issuer: signer, issuerKey: key)
        .certificate()
      cases += atTwinAndRoot("a leaf signed by a leaf of \(name)", place, hierarchy, signed) {
        $0.intermediates.append(signer)
        $0.refused = "signer signed client and is not an authority"
      }
    }
    let powerlessKey = try PrivateKey.generate(.p256)
    let powerless = try hierarchy.mint("powerless", by: hierarchy.management) {
      $0.key = powerlessKey
      $0.pathLength = .some(0)
      $0.keyUsage = KeyUsage(cRLSign: true)
    }
    cases.append(
      VerifierCase(
        what: "an authority whose key may only sign revocation lists", anchors: [hierarchy.root],
        intermediates: [powerless] + hierarchy.management.chain,
        leaf: try Mint(commonName: "client", key: hierarchy.leafKey, issuer: powerless, issuerKey: powerlessKey)
          .certificate(), refused: "its key usage does not include certificates"))

    let client = try hierarchy.mint("client", by: kubernetes)
    cases += atTwinAndRoot("a client's leaf as a server", kubernetes, hierarchy, client) {
      $0.usage = .server
      $0.refused = "client is for clientAuth, not for serverAuth"
    }
    let listener = try hierarchy.leaf(
      .bootstrapListener(node: "master-1", domain: "demo.example", address: [192, 0, 2, 7]))
    cases += atTwinAndRoot("a server's leaf as a client", bootstrap, hierarchy, listener) {
      $0.refused = "master-1.demo.example is for serverAuth, not for clientAuth"
    }
    let strange = try hierarchy.mint("strange", by: kubernetes) {
      $0.strange = [Certificate.Extension(oid: [1, 3, 6, 1, 4, 1, 55555, 1], critical: true, value: [5, 0])]
    }
    cases += atTwinAndRoot("a leaf with a critical extension of nobody's", kubernetes, hierarchy, strange) {
      $0.refused = "has a critical extension that is not understood: 1.3.6.1.4.1.55555.1"
    }
    return try cases + altered(hierarchy, client)
  }

  private static func altered(_ hierarchy: TestHierarchy, _ client: IssuedCertificate) throws -> [VerifierCase] {
    let kubernetes = try hierarchy.issuer(.kubernetes)
    let other = try TestHierarchy().issuer(.kubernetes)
    var cases = [
      VerifierCase(
        what: "the twin of another key with the same name", anchors: [other.twin], intermediates: kubernetes.chain,
        leaf: client, refused: "no anchor is low-layer-root"),
      VerifierCase(
        what: "the same without anything between", anchors: [other.twin], intermediates: [], leaf: client,
        refused: "client was signed by another key than the one of the kubernetes given here"),
    ]
    var signature = client.der
    signature[signature.count - 1] ^= 1
    var name = client.der
    let place = try #require(firstIndex(of: Array("client".utf8), in: name))
    name[place] ^= 1
    for (what, der) in [("signature", signature), ("name", name)] {
      cases += atTwinAndRoot(
        "one bit flipped in the \(what)", kubernetes, hierarchy, try IssuedCertificate(der: der)
      ) { $0.refused = "is wrong: it was altered after kubernetes signed it" }
    }
    var authority = kubernetes.certificate.der
    authority[authority.count - 1] ^= 1
    cases.append(
      VerifierCase(
        what: "one bit flipped in the issuer's signature", anchors: [hierarchy.root],
        intermediates: [try IssuedCertificate(der: authority)] + hierarchy.management.chain, leaf: client,
        refused: "the signature on kubernetes is wrong"))
    return cases
  }

  private static func firstIndex(of part: [UInt8], in whole: [UInt8]) -> Int? {
    whole.indices.first { whole[$0...].starts(with: part) }
  }
}
