import BaseEncodings
import Diagnostics
import PKI

/// The folder with the organisations: `*.pem` with one issuer's self-signed twin each, `*.crl` with revocation lists in
/// PEM or DER, `*.revoked` with lines `ORGANISATION SERIAL`. A file that is added or removed adds or revokes without a
/// restart.
struct OrganisationsFolder: Sendable {
  let path: String

  var folder: WatchedFolder { WatchedFolder(path: path, suffixes: [".pem", ".crl", ".revoked"]) }

  /// Reads the files that a stamp names. Every fault is in the report, and then the result is not to be used.
  func read(_ stamp: WatchedFolder.Stamp) throws(OperatorError) -> (Organisations, Report) {
    var report = Report()
    var organisations: [Organisation] = []
    var lists: [RevocationList] = []
    var denied: Set<Organisations.DeniedSerial> = []
    for entry in stamp.entries {
      let file = "\(path)/\(entry.name)"
      let bytes = try folder.contents(entry.name)
      if entry.name.hasSuffix(".revoked") {
        denied.formUnion(Self.serials(bytes, in: file, report: &report))
        continue
      }
      do {
        if entry.name.hasSuffix(".crl") {
          lists.append(try RevocationList(file: bytes))
        } else {
          organisations.append(try Self.organisation(bytes))
        }
      } catch {
        report.error("\(error)", file: file)
      }
    }
    for (index, organisation) in organisations.enumerated() {
      if organisations[..<index].contains(where: { $0.name == organisation.name }) {
        report.error("two issuers are called \(organisation.name)", file: path)
      }
    }
    for list in lists {
      guard let index = organisations.firstIndex(where: { list.isSigned(by: $0.anchor) }) else {
        // An organisation that was removed is removed, though its list was left behind.
        guard organisations.contains(where: { $0.anchor.subject == list.issuer }) else {
          report.warning("the revocation list of \(list.issuerCommonName) is of no issuer here", file: path)
          continue
        }
        report.error(
          "the revocation list of \(list.issuerCommonName) was not signed by the issuer of that name", file: path)
        continue
      }
      organisations[index].revocationLists.append(list)
    }
    return (Organisations(organisations, denied: denied), report)
  }

  private static func organisation(_ pem: [UInt8]) throws -> Organisation {
    let certificates = try IssuedCertificate.all(in: pem)
    guard certificates.count == 1, let anchor = certificates.first else {
      throw OperatorError.malformed("anchor", "\(certificates.count) certificates instead of one")
    }
    guard anchor.isAuthority, anchor.isSelfSigned else {
      throw OperatorError.malformed(
        anchor.commonName, "not an issuer's self-signed twin: verifiers accept nothing else as an anchor")
    }
    return Organisation(anchor: anchor)
  }

  private static func serials(_ bytes: [UInt8], in file: String, report: inout Report) -> [Organisations.DeniedSerial] {
    var serials: [Organisations.DeniedSerial] = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let words = String(decoding: line, as: UTF8.self).split { $0 == " " || $0 == "\t" || $0 == "\r" }
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      guard words.count == 2, let serial = Hexadecimal.bytes(words[1].lowercased().filter { $0 != ":" }) else {
        report.error(
          "not ORGANISATION SERIAL, the serial in hexadecimal", file: file,
          position: SourcePosition(line: index + 1, column: 1))
        continue
      }
      serials.append(.init(organisation: String(first), serial: Hexadecimal.text(serial.drop { $0 == 0 })))
    }
    return serials
  }
}
