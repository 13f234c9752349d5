import SwiftASN1
import X509

/// The keys of service account tokens: the one that signs must be among those that verify.
struct ServiceAccountKeys: Sendable {
  /// - Throws: Upstream's words (`keyutil.PublicKeysFromFile`, `PrivateKeyFromFile`).
  init(publicFiles: [String], signingFile: String) throws(Refusal) {
    var known: Set<[UInt8]> = []
    for path in publicFiles {
      let file = try Self.read(path, "error parsing public key from")
      var keys = file.publicKeys
      if let text = file.privateKey { keys.append(try Self.publicPart(ofPrivateKey: text, path)) }
      keys += file.certificates.map { Array($0.publicKey.subjectPublicKeyInfoBytes) }
      guard !keys.isEmpty else {
        throw Refusal("failed to load public key: data does not contain any valid RSA or ECDSA public keys (\(path))")
      }
      known.formUnion(keys)
    }
    let file = try Self.read(signingFile, "failed to read signing key:")
    guard let text = file.privateKey else {
      throw Refusal(
        "failed to parse service-account-issuer-key-file: error parsing private key file \(signingFile): "
          + "data does not contain a valid RSA or ECDSA private key")
    }
    guard known.contains(try Self.publicPart(ofPrivateKey: text, signingFile)) else {
      throw Refusal(
        "the key of \(signingFile) is not among those of --service-account-key-file: its tokens would be refused")
    }
  }

  private static func read(_ path: String, _ words: String) throws(Refusal) -> PEMFile {
    do throws(Refusal) {
      return try PEMFile(path)
    } catch {
      throw Refusal("\(words) \(path): \(error)")
    }
  }

  private static func publicPart(ofPrivateKey text: String, _ path: String) throws(Refusal) -> [UInt8] {
    do {
      return Array(try Certificate.PrivateKey(pemEncoded: text).publicKey.subjectPublicKeyInfoBytes)
    } catch {
      throw Refusal("error parsing private key file \(path): \(error)")
    }
  }
}

extension Certificate.PublicKey {
  /// Its SubjectPublicKeyInfo in DER.
  fileprivate var subjectPublicKeyInfoBytes: [UInt8] {
    get {
      // Serialising a key that was parsed from DER does not fail; an empty one equals no other.
      (try? serializeAsPEM().derBytes) ?? []
    }
  }
}
