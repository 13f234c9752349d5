import FoundationEssentials
public import NIOCore
public import NIOSSL
import SwiftASN1
@_spi(FixedExpiryValidationTime) public import X509

/// Verifies a TLS peer: its chain *and* its name, since a custom callback takes the place of both of NIOSSL's own
/// checks.
public struct PeerVerifier: Sendable {
  /// Whom the peer has to be.
  public enum PeerName: Sendable, Hashable {
    /// A server with this DNS name among its subject alternative names; its address counts for nothing.
    case dns(String)
    /// A server with this address among its subject alternative names, for who dials an address and knows no name.
    case address(String)
    /// A client; who it is, the caller reads from its certificate.
    case client
  }

  /// Why a peer is refused, in words.
  public struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong with the peer's certificate.
    public let description: String
  }

  /// The most certificates of a peer that are looked at.
  private static let longestChain = 8

  private let anchors: [Certificate]
  private let name: PeerName
  private let now: @Sendable () -> Int64

  /// A verifier.
  ///
  /// - Parameters:
  ///   - anchors: the issuers' self-signed twins. Another certificate would anchor nothing, or everything that the root
  ///     signed:
  ///     ``NodeIdentityError/certificate(_:)``.
  ///   - now: seconds since 1970.
  public init(
    anchors: [Certificate], name: PeerName, now: @escaping @Sendable () -> Int64
  ) throws(NodeIdentityError) {
    guard !anchors.isEmpty else { throw .certificate("there is no anchor to verify peers against") }
    for anchor in anchors {
      if anchor.issuer == anchor.subject, anchor.publicKey.isValidSignature(anchor.signature, for: anchor) { continue }
      throw .certificate("\(anchor.subject) is no anchor: it is not self-signed")
    }
    self.anchors = anchors
    self.name = name
    self.now = now
  }

  /// Verifies the certificates that a peer showed, its own first. The chain up to the anchor.
  public func verify(_ shown: [Certificate]) async throws(Refusal) -> [Certificate] {
    guard let leaf = shown.first else { throw Refusal(description: "the peer showed no certificate") }
    guard shown.count <= Self.longestChain else {
      throw Refusal(description: "the peer showed \(shown.count) certificates, more than \(Self.longestChain)")
    }
    let now = now()
    let time = Date(timeIntervalSince1970: Double(now))
    let usage = PeerUsagePolicy(name)
    var verifier = Verifier(rootCertificates: CertificateStore(anchors)) {
      PeerValidityPolicy(now: now)
      RFC5280Policy(fixedExpiryValidationTime: time)
      usage
      PeerNamePolicy(name: name)
    }
    let result = await verifier.validate(leaf: leaf, intermediates: CertificateStore(shown.dropFirst()))
    switch result {
    case .validCertificate(let chain): return Array(chain)
    case .couldNotValidate(let failures):
      guard let first = failures.first else {
        throw Refusal(
          description: "\(leaf.subject) was issued by \(leaf.issuer), from which no way leads to an anchor: "
            + anchors.map { "\($0.subject)" }.joined(separator: "; "))
      }
      // Each policy's words follow its type's name.
      let words = "\(first.policyFailureReason)"
      let reason = words.firstRange(of: "Policy: ").map { String(words[$0.upperBound...]) } ?? words
      // A policy that judges each certificate of the chain names the one it means.
      let whose = reason.hasPrefix("\(leaf.subject)") ? "" : "\(leaf.subject): "
      throw Refusal(description: "\(whose)\(reason.prefix(300))")
    }
  }

  /// The callback for NIOSSL and grpc-swift: `customVerificationCallback`.
  ///
  /// - Parameter refused: told each refusal; the handshake itself only fails.
  public func callback(
    refused: @escaping @Sendable (Refusal) -> Void = { _ in }
  ) -> @Sendable ([NIOSSLCertificate], EventLoopPromise<NIOSSLVerificationResultWithMetadata>) -> Void {
    { shown, promise in
      // Not a child of anything: NIOSSL waits for the promise, and a handshake that is given up fails it.
      promise.completeWithTask {
        do {
          let chain = try await verify(shown.map { try Certificate(derEncoded: $0.toDERBytes()) })
          let verified = try chain.map { certificate in
            var serializer = DER.Serializer()
            try serializer.serialize(certificate)
            return try NIOSSLCertificate(bytes: serializer.serializedBytes, format: .der)
          }
          return .certificateVerified(VerificationMetadata(NIOSSL.ValidatedCertificateChain(verified)))
        } catch let refusal as Refusal {
          refused(refusal)
        } catch {
          refused(Refusal(description: "the peer's certificate cannot be read: \(error)"))
        }
        return .failed
      }
    }
  }
}
