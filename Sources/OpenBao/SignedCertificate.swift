public import PKI

/// A certificate as OpenBao answered it.
public struct SignedCertificate: Sendable, Hashable {
  /// The node's certificate.
  public var leaf: IssuedCertificate
  /// What signed it and so on, as far as OpenBao has it, without the leaf and without duplicates.
  public var chain: [IssuedCertificate]

  /// A certificate with what signed it.
  public init(leaf: IssuedCertificate, chain: [IssuedCertificate]) {
    self.leaf = leaf
    self.chain = chain
  }

  /// The leaf and its chain, as a TLS server or client shows them: a self-signed certificate is left out.
  public var presented: [IssuedCertificate] { [leaf] + chain.filter { !$0.isSelfSigned } }

  init(_ answer: ServerAnswer) throws(OpenBaoError) {
    struct Signed: Decodable {
      struct Contents: Decodable {
        var certificate: String
        var issuing_ca: String?
        var ca_chain: [String]?
      }
      var data: Contents
    }
    let data = try answer.decoded(Signed.self).data
    leaf = try Self.certificate(data.certificate, "certificate")
    chain = []
    for text in [data.issuing_ca].compactMap({ $0 }) + (data.ca_chain ?? []) {
      let authority = try Self.certificate(text, "chain")
      if !chain.contains(authority) { chain.append(authority) }
    }
  }

  private static func certificate(_ pem: String, _ what: String) throws(OpenBaoError) -> IssuedCertificate {
    do throws(PKIError) {
      return try IssuedCertificate(pem: Array(pem.utf8))
    } catch {
      throw .malformed("its \(what) is \(error)")
    }
  }
}
