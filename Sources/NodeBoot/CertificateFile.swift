import LocalFiles
import SwiftASN1
import X509

/// What a certificate's file holds, with the private key already weighed and gone.
struct CertificateFile {
  /// The leaf, then what else there is.
  var certificates: [Certificate] = []
  /// What is wrong with the file itself.
  var faults: [String] = []
  /// What the file was when it was read; `nil` where it has to be read again whatever it is.
  var stamp: FileStamp?

  var leaf: Certificate? { certificates.first }

  /// Reads a leaf with its intermediates and its private key.
  static func withKey(_ path: String) -> CertificateFile {
    read(path) { file, blocks in
      if let stamp = file.stamp, stamp.isWorldReadable { file.faults.append("everyone may read its private key") }
      let keys = blocks.filter(\.isPrivateKey)
      guard let key = keys.first else {
        file.faults.append("no private key in the file")
        return
      }
      if keys.count > 1 { file.faults.append("\(keys.count) private keys in one file") }
      guard let leaf = file.leaf else { return }
      if let fault = weigh(key, against: leaf) { file.faults.append(fault) }
    }
  }

  /// Reads an anchor: a single self-signed certificate.
  static func anchor(_ path: String) -> CertificateFile {
    read(path) { file, _ in
      guard let anchor = file.leaf else { return }
      if file.certificates.count > 1 {
        file.faults.append("\(file.certificates.count) certificates, and an anchor is one")
      }
      if anchor.subject != anchor.issuer || !anchor.publicKey.isValidSignature(anchor.signature, for: anchor) {
        file.faults.append("not self-signed: an anchor is the issuer's self-signed twin")
      }
    }
  }

  private static func read(
    _ path: String, _ check: (inout CertificateFile, [PEMBlocks.Block]) -> Void
  ) -> CertificateFile {
    var file = CertificateFile()
    let bytes: SecretBytes
    do {
      bytes = try SecretBytes(path: path)
    } catch {
      file.faults.append(error.description)
      if !error.isTransient { file.stamp = FileStamp(path: path) }
      return file
    }
    file.stamp = bytes.stamp
    var pem = bytes.withBytes { PEMBlocks($0) }
    defer { pem.wipe() }
    if let fault = pem.fault { file.faults.append(fault) }
    for block in pem.blocks where !block.isPrivateKey && block.label != "EC PARAMETERS" {
      guard block.label == "CERTIFICATE" else {
        file.faults.append("an unexpected block \(block.label)")
        continue
      }
      do {
        file.certificates.append(try Certificate(derEncoded: block.bytes))
      } catch {
        file.faults.append("certificate \(file.certificates.count + 1) cannot be parsed: \(error)")
        return file
      }
    }
    if file.certificates.isEmpty, pem.fault == nil { file.faults.append("no certificate in the file") }
    check(&file, pem.blocks)
    return file
  }

  /// What is wrong with the key; errors of the parser are not repeated, for what they might quote.
  private static func weigh(_ block: PEMBlocks.Block, against leaf: Certificate) -> String? {
    let key: Certificate.PrivateKey
    do {
      switch block.label {
      case "PRIVATE KEY": key = try Certificate.PrivateKey(derBytes: block.bytes)
      case "EC PRIVATE KEY", "RSA PRIVATE KEY":
        key = try Certificate.PrivateKey(pemDocument: PEMDocument(type: block.label, derBytes: block.bytes))
      default: return "the block \(block.label) is not a private key that can be used without a password"
      }
    } catch {
      return "the private key cannot be parsed"
    }
    return key.publicKey == leaf.publicKey ? nil : "the private key is not that of the certificate"
  }
}
