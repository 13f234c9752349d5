public import Crypto
import FoundationEssentials
import SwiftProtobuf

/// The operator's signature on a grant: ECDSA P-256 with SHA-256 over "lowlayer.grant.v1", a zero byte and the serialized
/// `Grant`, byte for byte as `LicenseGrant.signed` carries it.
public enum GrantSignature {
  /// The grant as it is sent.
  public static func sign(
    _ grant: Lowlayer_Agent_V1_Grant, with key: P256.Signing.PrivateKey
  ) throws(SignatureError) -> Lowlayer_Agent_V1_LicenseGrant {
    var sent = Lowlayer_Agent_V1_LicenseGrant()
    do {
      sent.signed = try grant.serializedData()
      sent.signature = try key.signature(for: signedBytes(sent.signed)).derRepresentation
    } catch { throw .notSigned }
    return sent
  }

  /// What was granted. `key` is `Welcome.grant_key`, DER SubjectPublicKeyInfo.
  ///
  /// The signature is verified before the bytes are parsed. What the grant says (node, key, epoch, times) is not judged here.
  public static func verify(
    _ grant: Lowlayer_Agent_V1_LicenseGrant, key: some Collection<UInt8>
  ) throws(SignatureError) -> Lowlayer_Agent_V1_Grant {
    try SignedBytes.verify(grant.signature, over: signedBytes(grant.signed), key: try SignedBytes.publicKey(key))
    do { return try Lowlayer_Agent_V1_Grant(serializedBytes: grant.signed) } catch { throw .unreadableMessage }
  }

  /// `Hello.grant_digest` of a grant that a node holds: SHA-256 of its signed bytes.
  public static func digest(of grant: Lowlayer_Agent_V1_LicenseGrant) -> [UInt8] {
    Array(SHA256.hash(data: grant.signed))
  }

  private static func signedBytes(_ signed: Data) -> [UInt8] {
    var bytes = LabelledBytes("lowlayer.grant.v1")
    bytes.append(signed)
    return bytes.bytes
  }
}
