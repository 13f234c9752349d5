import Attestation
import BaseEncodings
import Crypto
import FoundationEssentials
import HardwareIdentity
import LicenseProtocol
import NodeIdentity
import SwiftASN1
import SwiftProtobuf
import TPMStructures
import X509

extension IdentityKeeper {
  /// What the next session shows.
  func credentials(
    instance: [UInt8], version: String, facts: HardwareFacts, tokenFile: String?
  ) async throws -> SessionCredentials {
    let fingerprint = Hexadecimal.text(facts.fingerprint)
    let (shown, keys) = try await certificate(fingerprint: fingerprint)
    var serializer = DER.Serializer()
    try serializer.serialize(shown.leaf)
    return SessionCredentials(
      shown: shown, certificate: serializer.serializedBytes,
      keys: Set(keys.map { Array(SHA256.hash(data: $0.publicKeyInfo)) }),
      identity: SessionIdentity(
        instance: instance, agentVersion: version, assurance: shown.key.custody.claim, hardware: facts.message),
      offer: { isNext in
        let token = try tokenFile.map { try TokenFile(path: $0).bytes() } ?? []
        return try await self.offer(
          of: isNext ? self.nextKey(after: shown.key) : shown.key, isNext: isNext, token: token)
      },
      answer: { challenge, data, isNext in
        try await self.reply(to: challenge, data: data, with: isNext ? self.nextKey(after: shown.key) : shown.key)
      })
  }

  /// SHA-256 of each key that is this node's now.
  func keyDigests() throws(IdentityError) -> Set<[UInt8]> {
    let found = try stored()
    return Set([found.next, found.current].compactMap { $0.map { Array(SHA256.hash(data: $0.key.publicKeyInfo)) } })
  }

  /// The key that the node changes to, while it still shows `key`.
  private func nextKey(after key: NodeKey) throws(IdentityError) -> NodeKey {
    guard let next = try stored().next?.key, next != key else {
      throw .identity(.cryptography("there is no next key to show"))
    }
    return next
  }

  private func offer(
    of key: NodeKey, isNext: Bool, token: [UInt8]
  ) async throws -> Lowlayer_Agent_V1_AttestationOffer {
    var offer = Lowlayer_Agent_V1_AttestationOffer()
    offer.token = token.data
    offer.nextKey = isNext
    if key.custody == .tpm, let (tpm, attestationKey) = try await attesting() {
      let evidence = try await tpm.evidence(attestationKey, tlsKey: key)
      offer.tpm = .with {
        $0.endorsementCertificates = evidence.endorsementCertificates.map(\.data)
        $0.endorsementKey = evidence.endorsementKey.sizedWire.data
        $0.attestationKey = evidence.attestationKey.sizedWire.data
        $0.tlsKey = evidence.tlsKey.sizedWire.data
      }
    } else {
      offer.file = .with { $0.tlsKey = key.publicKeyInfo.data }
    }
    return offer
  }

  private func reply(
    to challenge: Lowlayer_Agent_V1_Challenge, data: QualifyingData, with key: NodeKey
  ) async throws -> Lowlayer_Agent_V1_ChallengeReply {
    var reply = Lowlayer_Agent_V1_ChallengeReply()
    if key.custody == .tpm, let (tpm, attestationKey) = try await attesting() {
      let credential = Credential(
        blob: Array(challenge.credentialBlob), encryptedSeed: Array(challenge.encryptedSecret))
      let answer = try await tpm.answer(
        credential, qualifyingData: data.bytes, attestationKey: attestationKey, tlsKey: key)
      reply.activatedSecret = answer.activatedSecret.data
      reply.certifyInfo = answer.certifyInfo.data
      reply.certifySignature = answer.certifySignature.data
    } else {
      reply.keySignature = try await key.signature(for: data.bytes).data
    }
    return reply
  }
}

extension KeyCustody {
  /// What the node itself can say of its key; which TPM it is, the operator finds out.
  var claim: Lowlayer_Agent_V1_Assurance {
    switch self {
    case .tpm: .hardwareTpm
    case .file: .fileKey
    }
  }
}

extension HardwareFacts {
  /// The facts as they leave the node: digests.
  var message: Lowlayer_Agent_V1_HardwareFacts {
    .with { message in
      message.fingerprint = fingerprint.data
      message.facts = facts.map { fact in
        .with {
          $0.name = fact.name.rawValue
          $0.digest = (fact.value?.digest ?? []).data
          $0.source = fact.value?.sources.joined(separator: ", ") ?? ""
          $0.hypervisorControlled = fact.isHypervisorControlled
        }
      }
    }
  }
}
