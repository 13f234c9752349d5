import Crypto

/// What ties a statement of the node's TPM to one TLS session: the operator's session id and what both ends showed.
///
/// Source: docs/license-protocol.md, *Byte strings*.
public struct SessionBinding: Sendable, Hashable {
  /// `Welcome.session_id`: 32 bytes of the operator's choice.
  public let sessionID: [UInt8]
  /// SHA-256 of the client's leaf certificate, DER, as this session showed it.
  public let clientCertificateDigest: [UInt8]
  /// SHA-256 of the server's leaf certificate, DER, as this session showed it.
  public let serverCertificateDigest: [UInt8]

  /// The binding of a session with these leaf certificates (DER). Throws where the session id is not 32 bytes.
  public init(
    sessionID: some Collection<UInt8>, clientCertificate: some Collection<UInt8>,
    serverCertificate: some Collection<UInt8>
  ) throws(ByteStringError) {
    guard sessionID.count == 32 else {
      throw .length(of: "session_id", expected: 32, found: sessionID.count)
    }
    self.sessionID = Array(sessionID)
    clientCertificateDigest = Array(SHA256.hash(data: Array(clientCertificate)))
    serverCertificateDigest = Array(SHA256.hash(data: Array(serverCertificate)))
  }

  /// 96 bytes: the session id, the client's digest, the server's.
  public var bytes: [UInt8] { sessionID + clientCertificateDigest + serverCertificateDigest }
}
