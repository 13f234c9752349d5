import Foundation
import TestSupport

/// Revocation lists of an issuer, as `openssl ca -gencrl` makes them.
struct OpenSSLRevocation {
  /// OpenSSL did not make what it should.
  struct Failure: Error {
    let words: String
  }

  private let folder: TemporaryFolder

  /// An issuer with that certificate and key, both PEM.
  init(certificatePEM: String, keyPEM: String) throws {
    folder = try TemporaryFolder()
    let path = folder.url.path
    try folder.write(certificatePEM, to: "issuer.pem")
    try folder.write(keyPEM, to: "issuer.key")
    try folder.write(
      """
      [ca]
      default_ca = issuer
      [issuer]
      database = \(path)/index.txt
      crlnumber = \(path)/crlnumber
      certificate = \(path)/issuer.pem
      private_key = \(path)/issuer.key
      default_md = sha256
      crl_extensions = list
      [list]
      authorityKeyIdentifier = keyid

      """, to: "ca.conf")
  }

  init(_ authority: TestAuthority) throws {
    try self.init(certificatePEM: try authority.pem, keyPEM: authority.keyPEM)
  }

  /// A list in PEM that takes back the certificates with those serial numbers (hexadecimal).
  func list(
    _ number: Int, revoking serials: [String], at now: Int64, validFor seconds: Int64 = 3600
  ) throws -> String {
    let expiry = Self.time(now + 86_400 * 300, "yyMMdd")
    let revoked = Self.time(now - 30, "yyMMdd")
    // index.txt: state, expiry, revocation with its reason, serial number, file, subject.
    let lines = serials.map { "R\t\(expiry)\t\(revoked),keyCompromise\t\($0.uppercased())\tunknown\t/CN=revoked\n" }
    try folder.write(lines.joined(), to: "index.txt")
    let hexadecimal = String(number, radix: 16)
    try folder.write((hexadecimal.count % 2 == 0 ? "" : "0") + hexadecimal + "\n", to: "crlnumber")
    let made = try Command(
      [
        "openssl", "ca", "-config", "ca.conf", "-gencrl", "-out", "list.pem", "-crl_lastupdate",
        Self.time(now - 60, "yyyyMMdd"), "-crl_nextupdate", Self.time(now + seconds, "yyyyMMdd"),
      ], in: folder.url)
    guard made.status == 0 else { throw Failure(words: made.errors) }
    return try folder.text("list.pem")
  }

  /// The list in DER.
  func der(_ pem: String) throws -> Data {
    try folder.write(pem, to: "convert.pem")
    let made = try Command(
      ["openssl", "crl", "-in", "convert.pem", "-outform", "DER", "-out", "convert.der"], in: folder.url)
    guard made.status == 0 else { throw Failure(words: made.errors) }
    return try Data(contentsOf: folder.url.appendingPathComponent("convert.der"))
  }

  private static func time(_ seconds: Int64, _ day: String) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateFormat = day + "HHmmss'Z'"
    return formatter.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
  }
}
