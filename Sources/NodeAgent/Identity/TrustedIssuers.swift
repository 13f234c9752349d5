import LocalFiles
import SwiftASN1
import X509

/// A file with the self-signed twins of issuers. Whoever keeps it may replace it, so it is read each time.
struct TrustedIssuers {
  let path: String

  /// Its certificates; at least one.
  func certificates() throws(IdentityError) -> [Certificate] {
    let bytes: [UInt8]
    do throws(RegularFile.Fault) {
      bytes = try RegularFile(path: path, limit: 1 << 20).contents()
    } catch {
      throw IdentityError(error, path: path)
    }
    let found: [Certificate]
    do {
      found = try PEMDocument.parseMultiple(pemString: String(decoding: bytes, as: UTF8.self)).map {
        try Certificate(pemDocument: $0)
      }
    } catch {
      throw .file(path: path, "no certificates in PEM: \(error)")
    }
    guard !found.isEmpty else { throw .file(path: path, "there is no certificate in it") }
    return found
  }
}
