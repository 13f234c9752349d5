import Attestation
import BaseEncodings
import Diagnostics
import FoundationEssentials
import SwiftASN1
import TPMStructures
import X509

/// Reads the folders that say which endorsement keys are believed.
struct EndorsementFolders {
  let settings: EndorsementSettings
  var report = Report()

  init(_ settings: EndorsementSettings) { self.settings = settings }

  /// The anchors. Every fault is in the report, and then the result is not to be used.
  mutating func read() throws(OperatorError) -> EndorsementAnchors {
    var anchors = EndorsementAnchors(
      vendorRoots: try certificates(settings.vendorRoots),
      virtualAuthorities: try certificates(settings.virtualAuthorities),
      intermediates: try certificates(settings.intermediates))
    guard let path = settings.registered else { return anchors }
    let folder = WatchedFolder(path: path, suffixes: [".json"])
    for entry in try folder.stamp().entries {
      let bytes = try folder.contents(entry.name)
      do {
        try anchors.register(try Self.endorsementKey(bytes))
      } catch {
        report.error("\(error)", file: "\(path)/\(entry.name)")
      }
    }
    return anchors
  }

  private mutating func certificates(_ path: String?) throws(OperatorError) -> [Certificate] {
    guard let path else { return [] }
    let folder = WatchedFolder(path: path, suffixes: [".pem", ".crt"])
    var certificates: [Certificate] = []
    for entry in try folder.stamp().entries {
      let bytes = try folder.contents(entry.name)
      do {
        let blocks = try PEMDocument.parseMultiple(pemString: String(decoding: bytes, as: UTF8.self))
        for block in blocks where block.discriminator == "CERTIFICATE" {
          certificates.append(try Certificate(pemDocument: block))
        }
      } catch {
        report.error("\(error)", file: "\(path)/\(entry.name)")
      }
    }
    return certificates
  }

  /// The endorsement key in what `ll-tpm identity` prints: `ek.public`, base64 of TPM2B_PUBLIC.
  private static func endorsementKey(_ json: [UInt8]) throws -> PublicArea {
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
