import Ignition

/// One X.509 certificate, of which nothing but the certificate itself is passed on: every node's config shows it, so whatever else a file holds
/// must not come along.
struct PublicCertificate {
  /// The certificate in PEM (RFC 7468), written anew from its bytes.
  let pem: String

  /// Reads a text that is one PEM block `CERTIFICATE` and nothing else; `nil` for any other text.
  init?(pem bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    let lines = text.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
    guard lines.count > 2, lines.first == "-----BEGIN CERTIFICATE-----", lines.last == "-----END CERTIFICATE-----"
    else {
      return nil
    }
    let body = lines.dropFirst().dropLast().joined()
    guard !body.contains("-"), let der = try? DataURL.decode("data:;base64,\(body)"), Self.isCertificate(der) else {
      return nil
    }
    var wrapped: [Substring] = []
    var rest = Substring(body)
    while !rest.isEmpty {
      wrapped.append(rest.prefix(64))
      rest = rest.dropFirst(64)
    }
    pem = (["-----BEGIN CERTIFICATE-----"] + wrapped.map(String.init) + ["-----END CERTIFICATE-----\n"]).joined(
      separator: "\n")
  }

  /// Whether `der` is a SEQUENCE of two SEQUENCEs and a BIT STRING to its last byte: the outline of a certificate (RFC 5280 4.1), and of no key.
  private static func isCertificate(_ der: [UInt8]) -> Bool {
    guard let whole = element(0x30, in: der[...]), whole.rest.isEmpty,
      let body = element(0x30, in: whole.content), let algorithm = element(0x30, in: body.rest),
      let signature = element(0x03, in: algorithm.rest)
    else { return false }
    return signature.rest.isEmpty && body.content.count > 64
  }

  /// The content of the DER element with `tag` at the start of `bytes`, and what follows it.
  private static func element(
    _ tag: UInt8, in bytes: ArraySlice<UInt8>
  ) -> (content: ArraySlice<UInt8>, rest: ArraySlice<UInt8>)? {
    guard bytes.first == tag, let first = bytes.dropFirst().first else { return nil }
    var rest = bytes.dropFirst(2)
    var length = Int(first)
    if first >= 0x80 {
      let count = Int(first & 0x7F)
      guard (1...3).contains(count), rest.count >= count else { return nil }
      length = rest.prefix(count).reduce(0) { $0 << 8 | Int($1) }
      rest = rest.dropFirst(count)
    }
    return length <= rest.count ? (rest.prefix(length), rest.dropFirst(length)) : nil
  }
}
