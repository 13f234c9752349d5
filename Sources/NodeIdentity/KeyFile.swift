import PrivateKeys
import SealedObject
import SecretMemory
import SwiftASN1
import TPM2
import TPMStructures

/// A key as it is kept: an object that only its TPM can load (`TSS2 PRIVATE KEY`, readable by OpenSSL's tpm2 provider),
/// or PKCS #8 in PEM.
enum KeyFile {
  private static let label = "TSS2 PRIVATE KEY"

  /// What a file holds.
  enum Content {
    /// An object and its parent's handle.
    case tpm(CreatedObject, parent: UInt32, isBelowRSA: Bool)
    /// A key in the clear.
    case file(PrivateKey)
  }

  static func text(of key: NodeKey) throws(NodeIdentityError) -> SecretBytes {
    switch key.holder {
    case .tpm(_, let object): return try text(of: object, parent: StorageRoot.handle, isBelowRSA: false)
    case .file(let key):
      do throws(PrivateKeyError) { return try key.pem() } catch { throw .cryptography(error.description) }
    }
  }

  static func text(
    of object: CreatedObject, parent: UInt32, isBelowRSA: Bool
  ) throws(NodeIdentityError) -> SecretBytes {
    var reader = WireReader(object.privateArea)
    guard let privateArea = try? reader.sizedBytes() else { throw .cryptography("the TPM's private area is none") }
    var key = TSS2PrivateKey(
      .loadable, emptyAuth: true, parent: parent, publicArea: object.publicArea, privateArea: privateArea)
    if isBelowRSA { key.rsaParent = true }
    let der: [UInt8]
    do throws(SealedObjectError) { der = try key.der() } catch { throw .cryptography(error.description) }
    return try notSecret(PEMDocument(type: label, derBytes: der).pemString + "\n")
  }

  static func content(_ bytes: SecretBytes, of path: String) throws(NodeIdentityError) -> Content {
    let isForTPM = bytes.withUnsafeBytes { $0.starts(with: "-----BEGIN \(label)-----".utf8) }
    guard isForTPM else {
      do throws(PrivateKeyError) {
        return .file(try PrivateKey(pem: bytes))
      } catch {
        throw .file(path, error.description)
      }
    }
    do {
      let document = try PEMDocument(pemString: bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) })
      let key = try TSS2PrivateKey(der: document.derBytes)
      guard key.kind == .loadable, key.emptyAuth == .yes else {
        throw SealedObjectError.object("is not a key that can be loaded without an authorization value")
      }
      let object = CreatedObject(publicArea: key.publicArea, privateArea: key.exportedPrivate)
      return .tpm(object, parent: key.parent, isBelowRSA: key.rsaParent == true)
    } catch {
      throw .file(path, "not a key of the TPM: \(error)")
    }
  }

  /// Text that holds no secret, where files take secrets.
  static func notSecret(_ text: String) throws(NodeIdentityError) -> SecretBytes {
    do throws(SecretMemoryError) {
      return try SecretBytes(count: text.utf8.count) { $0.copyBytes(from: text.utf8) }
    } catch {
      throw .cryptography(error.description)
    }
  }
}
