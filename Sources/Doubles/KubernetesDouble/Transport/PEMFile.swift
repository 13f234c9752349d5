import SwiftASN1
import X509

/// What a PEM file holds, in its order: certificates and at most one private key matter.
struct PEMFile {
  var certificates: [Certificate] = []
  /// The first private key, as text.
  var privateKey: String?
  /// Public keys (`PUBLIC KEY`), in DER.
  var publicKeys: [[UInt8]] = []

  init(_ path: String) throws(Refusal) {
    let text = try HostFile.text(path)
    let documents: [PEMDocument]
    do {
      documents = try PEMDocument.parseMultiple(pemString: text)
    } catch {
      // Text around the blocks, or none at all: the callers say what they miss.
      return
    }
    for document in documents {
      switch document.discriminator {
      case "CERTIFICATE":
        do {
          certificates.append(try Certificate(derEncoded: document.derBytes))
        } catch {
          throw Refusal("\(path): x509: malformed certificate")
        }
      case "PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY":
        if privateKey == nil { privateKey = document.pemString }
      case "PUBLIC KEY": publicKeys.append(document.derBytes)
      default: break
      }
    }
  }
}
