import Attestation
import BaseEncodings
import Crypto
import FoundationEssentials
import PrivateKeys
import SecretMemory
import SwiftASN1
import TPM2
import X509

extension IdentityStore {
  /// The file of a key: the first 16 bytes of its public key's SHA-256 digest.
  static func keyName(_ key: NodeKey) -> String { keyName(key.publicKeyInfo) }

  static func keyName(_ publicKeyInfo: [UInt8]) -> String {
    "key-\(Hexadecimal.text(SHA256.hash(data: publicKeyInfo).prefix(16))).pem"
  }

  /// What is wrong with a certificate's time, in words.
  static func lifetimeFault(_ certificate: NodeCertificate, at now: Int64) -> String? {
    if now > certificate.notAfter {
      return "the certificate expired \(now - certificate.notAfter) s ago, on \(certificate.leaf.notValidAfter)"
    }
    if now < certificate.notBefore {
      return "the certificate is not valid before \(certificate.leaf.notValidBefore): is the clock wrong?"
    }
    return certificate.isValid(at: now) ? nil : "a certificate of its chain is expired or not valid yet"
  }

  /// Whether a key in the TPM is kept here, whatever else is damaged.
  func holdsTPMKey() throws(NodeIdentityError) -> Bool {
    for name in try files.names() where name == Self.pending || name.hasPrefix("key-") && name.hasSuffix(".pem") {
      guard let bytes = try files.read(name) else { continue }
      if case .tpm? = try? KeyFile.content(bytes, of: files.path(name)) { return true }
    }
    return false
  }

  /// The pending key as it is kept, where it is that key.
  func pendingText(of key: NodeKey) throws(NodeIdentityError) -> SecretBytes {
    if let bytes = try files.read(Self.pending) {
      let kept: [UInt8]? =
        switch try KeyFile.content(bytes, of: files.path(Self.pending)) {
        case .file(let key): key.publicKeyDER
        case .tpm(let object, _, _): object.publicArea.subjectPublicKeyInfo
        }
      if kept == key.publicKeyInfo { return bytes }
    }
    throw .certificate("its key was not kept before it was asked for")
  }

  /// The certificate of that file with its key; `nil`, and a fault where the file is there, where it is of no use.
  func certificate(_ name: String, _ tpm: TPM?, _ stored: inout StoredIdentity) -> NodeCertificate? {
    guard let chain = chain(name, &stored), let leaf = chain.first else { return nil }
    let keyName = Self.keyName(leaf.publicKeyInfo)
    // Between the key's own file and the certificate's, the pending one may still be the only one.
    let places = [keyName, Self.pending]
    var missing = "its key is missing: neither \(keyName) nor \(Self.pending) is it"
    for place in places {
      do throws(NodeIdentityError) {
        guard let key = try key(place, tpm) else { continue }
        return try NodeCertificate(key: key, chain: chain)
      } catch {
        if place == keyName { missing = "its key is of no use: \(error)" }
      }
    }
    stored.faults.append(.init(path: files.path(name), words: missing))
    return nil
  }

  /// The chain in that file.
  func chain(_ name: String, _ stored: inout StoredIdentity) -> [Certificate]? {
    reading(name, &stored) { () throws(NodeIdentityError) in
      guard let bytes = try files.read(name) else { return nil }
      do {
        let text = bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        let chain = try PEMDocument.parseMultiple(pemString: text).map { try Certificate(pemDocument: $0) }
        guard chain.isEmpty else { return chain }
      } catch {
        throw .file(files.path(name), "not a certificate chain in PEM: \(error)")
      }
      throw .file(files.path(name), "there is no certificate in it")
    }
  }

  /// The node's key in that file.
  func key(_ name: String, _ tpm: TPM?) throws(NodeIdentityError) -> NodeKey? {
    guard let bytes = try files.read(name) else { return nil }
    switch try KeyFile.content(bytes, of: files.path(name)) {
    case .file(let key): return try NodeKey(key)
    case .tpm(let object, let parent, _):
      guard parent == StorageRoot.handle else {
        throw .file(files.path(name), "its parent is not the storage root key")
      }
      guard let tpm else { throw .needsTPM(files.path(name)) }
      return try NodeKey(object, in: tpm)
    }
  }

  /// What `body` reads of that file; `nil` with a fault where it cannot.
  func reading<Value>(
    _ name: String, _ stored: inout StoredIdentity, _ body: () throws(NodeIdentityError) -> Value?
  ) -> Value? {
    do throws(NodeIdentityError) {
      return try body()
    } catch {
      var words = error.description
      if case .file(_, let text) = error { words = text }
      stored.faults.append(.init(path: files.path(name), words: words))
      return nil
    }
  }
}
