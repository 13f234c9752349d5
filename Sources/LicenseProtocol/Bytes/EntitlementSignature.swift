public import Crypto
import FoundationEssentials
import SwiftProtobuf

/// The key server's signature on an entitlement: ECDSA P-256 with SHA-256 over "lowlayer.entitlement.v1", a zero byte and the
/// serialized `Entitlement`, byte for byte as `EntitlementUpdate.signed` carries it.
public enum EntitlementSignature {
  /// The entitlement as it is sent.
  public static func sign(
    _ entitlement: Lowlayer_Keyserver_V1_Entitlement, with key: P256.Signing.PrivateKey
  ) throws(SignatureError) -> Lowlayer_Keyserver_V1_EntitlementUpdate {
    var sent = Lowlayer_Keyserver_V1_EntitlementUpdate()
    do {
      sent.signed = try entitlement.serializedData()
      sent.signature = try key.signature(for: signedBytes(sent.signed)).derRepresentation
    } catch { throw .notSigned }
    return sent
  }

  /// What is allowed. `key` is the key server's, DER SubjectPublicKeyInfo, which the operator is configured with.
  ///
  /// The signature is verified before the bytes are parsed. Licensee, nonce and times are judged by `EntitlementCache`.
  public static func verify(
    _ update: Lowlayer_Keyserver_V1_EntitlementUpdate, key: some Collection<UInt8>
  ) throws(SignatureError) -> Lowlayer_Keyserver_V1_Entitlement {
    try SignedBytes.verify(update.signature, over: signedBytes(update.signed), key: try SignedBytes.publicKey(key))
    do { return try Lowlayer_Keyserver_V1_Entitlement(serializedBytes: update.signed) } catch {
      throw .unreadableMessage
    }
  }

  private static func signedBytes(_ signed: Data) -> [UInt8] {
    var bytes = LabelledBytes("lowlayer.entitlement.v1")
    bytes.append(signed)
    return bytes.bytes
  }
}
