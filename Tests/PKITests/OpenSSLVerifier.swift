import Foundation
import PKI
import TestSupport

/// `openssl verify`, as strict as it can be made.
struct OpenSSLVerifier: ForeignVerifier {
  static let isInstalled = (try? Command(["openssl", "version"]).status) == 0

  let name = "OpenSSL"

  func refusal(_ test: VerifierCase) throws -> String? {
    let folder = try TemporaryFolder()
    try folder.write(test.anchors.pemText, to: "anchors")
    try folder.write([test.leaf].pemText, to: "leaf")
    var words = ["openssl", "verify", "-no-CApath", "-no-CAstore", "-x509_strict", "-attime", "\(test.at)"]
    words += ["-CAfile", "anchors"]
    if !test.intermediates.isEmpty {
      try folder.write(test.intermediates.pemText, to: "intermediates")
      words += ["-untrusted", "intermediates"]
    }
    switch test.usage {
    case .client: words += ["-purpose", "sslclient"]
    case .server: words += ["-purpose", "sslserver"]
    case .any: words += ["-purpose", "any"]
    }
    switch test.name {
    case .dns(let name): words += ["-verify_hostname", name]
    case .address(let address): words += ["-verify_ip", "\(ChainVerification.ServerName.address(address))"]
    case nil: break
    }
    if !test.lists.isEmpty {
      try folder.write(test.lists.map { String(decoding: $0.pem, as: UTF8.self) }.joined(), to: "lists")
      words += ["-crl_check_all", "-CRLfile", "lists"]
    }
    let result = try Command(words + ["leaf"], in: folder.url)
    return result.status == 0 ? nil : result.errors
  }
}
