import Attestation
import BaseEncodings
import Diagnostics
import FoundationEssentials
import PKI
import SwiftASN1
import TPMStructures
import X509

/// Reads the folders that say which endorsement keys are believed: certificates (`*.pem`, `*.crt`), what was revoked of
/// them (`*.crl`), and the keys that were registered by hand.
struct EndorsementFolders {
  let settings: EndorsementSettings
  var report = Report()
  private var certificates: [Certificate] = []
  private var lists: [(list: RevocationList, file: String)] = []

  init(_ settings: EndorsementSettings) { self.settings = settings }

  /// The anchors, and what was revoked below them. Every fault is in the report, and then the result is not to be used.
  mutating func read() throws(OperatorError) -> (EndorsementAnchors, EndorsementRevocation) {
    var anchors = EndorsementAnchors(
      vendorRoots: try read(settings.vendorRoots), virtualAuthorities: try read(settings.virtualAuthorities),
      intermediates: try read(settings.intermediates))
    let revocation = revocation()
    guard let path = settings.registered else { return (anchors, revocation) }
    let folder = WatchedFolder(path: path, suffixes: [".json", ".pub", ".pem", ".crt"])
    for entry in try folder.stamp().entries {
      let bytes = try folder.contents(entry.name)
      do {
        try Self.register(entry.name, bytes, in: &anchors)
      } catch {
        report.error("\(error)", file: "\(path)/\(entry.name)")
      }
    }
    return (anchors, revocation)
  }

  /// One of the folders with certificates; notes its revocation lists.
  private mutating func read(_ path: String?) throws(OperatorError) -> [Certificate] {
    guard let path else { return [] }
    let folder = WatchedFolder(path: path, suffixes: [".pem", ".crt", ".crl"])
    var read: [Certificate] = []
    for entry in try folder.stamp().entries {
      let file = "\(path)/\(entry.name)"
      let bytes = try folder.contents(entry.name)
      do {
        if entry.name.hasSuffix(".crl") {
          lists.append((try RevocationList(file: bytes), file))
        } else {
          read += try Self.blocks(bytes, "CERTIFICATE").map { try Certificate(derEncoded: $0) }
        }
      } catch {
        report.error("\(error)", file: file)
      }
    }
    certificates += read
    return read
  }

  /// The lists that were read. One that none of the certificates signed says nothing, and nobody would notice.
  private mutating func revocation() -> EndorsementRevocation {
    var revocation = EndorsementRevocation()
    let authorities = certificates.compactMap { try? IssuedCertificate($0) }
    for (list, file) in lists {
      if authorities.contains(where: list.isSigned) {
        revocation.lists.append(list)
      } else {
        report.error(
          "none of the certificates in the endorsement folders signed the revocation list of "
            + "\(list.issuerCommonName): its issuer's certificate belongs there too", file: file)
      }
    }
    return revocation
  }

  /// One key that was registered by hand, by what its file is called.
  private static func register(
    _ name: String, _ bytes: [UInt8], in anchors: inout EndorsementAnchors
  ) throws {
    if name.hasSuffix(".json") {
      try anchors.register(try identity(bytes))
    } else if !isPEM(bytes), name.hasSuffix(".pub") {
      try anchors.register(try PublicArea(sizedWire: bytes))
    } else {
      let keys = try isPEM(bytes) ? blocks(bytes, "PUBLIC KEY") : []
      for key in keys { try anchors.register(publicKeyInfo: key) }
      let certificates = try isPEM(bytes) ? blocks(bytes, "CERTIFICATE") : [bytes]
      // A chain would register its authorities' keys.
      guard keys.count + certificates.count == 1 else {
        throw OperatorError.malformed("key", "\(keys.count + certificates.count) keys and certificates instead of one")
      }
      for certificate in certificates { try anchors.register(try Certificate(derEncoded: certificate)) }
    }
  }

  private static func isPEM(_ bytes: [UInt8]) -> Bool { bytes.starts(with: "-----BEGIN ".utf8) }

  /// The PEM blocks of that kind.
  private static func blocks(_ bytes: [UInt8], _ kind: String) throws -> [[UInt8]] {
    try PEMDocument.parseMultiple(pemString: String(decoding: bytes, as: UTF8.self))
      .filter { $0.discriminator == kind }.map(\.derBytes)
  }

  /// The endorsement key in what `ll-tpm identity` prints: `ek.public`, base64 of TPM2B_PUBLIC.
  private static func identity(_ json: [UInt8]) throws -> PublicArea {
    struct Identity: Decodable {
      struct Key: Decodable {
        var `public`: String
      }
      var ek: Key
    }
    let identity = try JSONDecoder().decode(Identity.self, from: Data(json))
    guard let wire = Base64.bytes(identity.ek.public.utf8) else {
      throw OperatorError.malformed("ek.public", "not base64")
    }
    return try PublicArea(sizedWire: wire)
  }
}
