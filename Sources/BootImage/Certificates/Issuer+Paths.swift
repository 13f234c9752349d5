import PKI

extension Issuer {
  /// The path of its PKI engine in OpenBao.
  var mount: String { "pki-\(rawValue)" }

  /// Its anchor on every node: the self-signed twin of the issuer (same key, same name), a public PEM file.
  var anchor: String { "\(OpenBaoPaths.anchors)/\(rawValue).pem" }
}
