import Attestation
import Crypto
import FoundationEssentials
import LicenseProtocol
import TPMStructures

extension LicenseOperator {
  func received(_ message: Lowlayer_Agent_V1_AttestationOffer, in id: UInt64) async {
    guard let session = sessions[id] else { return }
    // Whatever becomes of this offer, the challenge to an earlier one is void.
    sessions[id]?.offer = nil
    challenges.forget(session: session.sessionID)
    let isSeated = session.phase == .seated
    guard !message.nextKey || isSeated else {
      return refuse(id, .malformed("a next key is offered before this session's own key is attested"))
    }
    // Who has the seat is asked for the key that it has.
    if message.nextKey, contestedSeat(of: id) != nil { return failed(.contested, in: id, isNext: true) }
    let identity: NodeIdentity
    if isSeated, let seat = session.seat.flatMap({ state.seats[$0] }) {
      identity = NodeIdentity(name: seat.rules.nodeName, uid: seat.rules.nodeUID)
    } else {
      guard let reviewed = await self.identity(of: session.peer, token: Array(message.token), in: id) else { return }
      identity = reviewed
    }
    let offer: LiveSession.Offer
    let challenge: Lowlayer_Agent_V1_Challenge
    do throws(LicenseRefusal) {
      (offer, challenge) = try await examine(message, of: identity, in: session)
      try checkSeat(offer, organisation: session.peer.organisation)
    } catch {
      return failed(error, in: id, isNext: message.nextKey)
    }
    guard var live = sessions[id], live.phase != .over else { return }
    live.offer = offer
    if !isSeated { live.enter(.challenged, at: now) }
    sessions[id] = live
    live.outbox.send(.challenge(challenge))
  }

  /// Who the node is: the certificate where its role pins the name, else whose the token is.
  private func identity(of peer: Peer, token: [UInt8], in id: UInt64) async -> NodeIdentity? {
    if settings.pinnedNames.contains(peer.organisation) { return NodeIdentity(name: peer.name, uid: "") }
    guard let review else {
      refuse(id, .unavailable("it has no API server to review tokens with, and this issuer's names are not pinned"))
      return nil
    }
    let result = await review(token)
    guard let session = sessions[id], session.phase != .over else { return nil }
    switch result {
    case .failure(let failure) where failure.isTransient:
      refuse(id, .unavailable(failure.message))
      return nil
    case .failure(let failure):
      refuse(id, .identity(failure.message))
      return nil
    case .success(let identity):
      guard identity.name == peer.name else {
        refuse(id, .identity("its certificate is for \(peer.name), and the token for \(identity.name)"))
        return nil
      }
      return identity
    }
  }

  /// Judges the offered keys, and makes the challenge for them.
  private func examine(
    _ message: Lowlayer_Agent_V1_AttestationOffer, of identity: NodeIdentity, in session: LiveSession
  ) async throws(LicenseRefusal) -> (LiveSession.Offer, Lowlayer_Agent_V1_Challenge) {
    var answer = Lowlayer_Agent_V1_Challenge()
    answer.nodeUid = identity.uid
    switch message.key {
    case nil: throw .malformed("an AttestationOffer without keys")
    case .file(let file):
      let key = Array(file.tlsKey)
      guard message.nextKey || key == session.peer.publicKeyDER else {
        throw .attestation("the offered key is not that of this session's certificate")
      }
      let nonce = Self.random32()
      answer.nonce = Data(nonce)
      let offer = LiveSession.Offer(
        identity: identity, publicKeyDER: key, isNext: message.nextKey, assurance: .fileKey, nonce: nonce,
        challengedAt: now)
      return (offer, answer)
    case .tpm(let keys):
      do throws(AttestationRefusal) {
        let evidence = try TPMEvidence(
          endorsementCertificates: keys.endorsementCertificates.map { Array($0) },
          endorsementKey: Array(keys.endorsementKey), attestationKey: Array(keys.attestationKey),
          tlsKey: Array(keys.tlsKey))
        let proven = try await verifier.examine(
          evidence, tlsKey: message.nextKey ? .next : .ofThisSession(session.peer.publicKeyDER), at: date.seconds)
        for chain in proven.chains {
          guard let words = endorsementRevocation.fault(in: chain) else { continue }
          throw AttestationRefusal.endorsementCertificate(words)
        }
        let challenge = try Challenge(for: proven)
        challenges.issue(challenge, session: session.sessionID, at: now.sinceBoot)
        answer.nonce = Data(challenge.nonce)
        answer.credentialBlob = Data(challenge.credential.blob)
        answer.encryptedSecret = Data(challenge.credential.encryptedSeed)
        let offer = LiveSession.Offer(
          identity: identity, publicKeyDER: proven.tlsKey, isNext: message.nextKey,
          assurance: Lowlayer_Agent_V1_Assurance(rawValue: proven.assurance.rawValue) ?? .unspecified,
          endorsementKey: Self.digest(evidence.endorsementKey), attestationKey: Self.digest(evidence.attestationKey),
          nonce: challenge.nonce, challengedAt: now)
        return (offer, answer)
      } catch {
        throw .attestation(error.description)
      }
    }
  }

  /// What would be said of the offered keys if they were proven.
  private func checkSeat(_ offer: LiveSession.Offer, organisation: String) throws(LicenseRefusal) {
    let key = SeatState.PinnedKey(digest: Array(SHA256.hash(data: offer.publicKeyDER)), assurance: offer.assurance)
    let attested = LicenseProtocol.AttestedKey(
      key: key, endorsementKey: offer.endorsementKey, attestationKey: offer.attestationKey)
    try checkSeat(
      attested, asNext: offer.isNext, of: SeatID(organisation: organisation, node: offer.identity.name))
  }

  /// Whether a seat may be held with these keys: nobody else has the TPM, the assurance is no lower than before, and
  /// the TPM is the node's. Asked before a challenge, when it was answered, and when a contest ends: what was true may
  /// be so no longer. A doubt is none of its business.
  func checkSeat(_ attested: LicenseProtocol.AttestedKey, asNext: Bool, of id: SeatID) throws(LicenseRefusal) {
    if let owner = state.holder(ofEndorsementKey: attested.endorsementKey), owner != id {
      throw .endorsementKeyBound(node: owner.node)
    }
    guard var rules = state.seats[id]?.rules else { return }
    _ = try rules.attest(attested, asNext: asNext, consent: files.consent.of(id))
  }

  private static func digest(_ area: PublicArea) -> [UInt8] { Array(SHA256.hash(data: area.sizedWire)) }

  func received(_ reply: Lowlayer_Agent_V1_ChallengeReply, in id: UInt64) async {
    guard var session = sessions[id] else { return }
    guard let offer = session.offer else {
      return failed(.attestation(AttestationRefusal.challengeUnknown.description), in: id, isNext: false)
    }
    // A newer challenge has replaced the one that this answers.
    guard Array(reply.nonce) == offer.nonce else { return }
    session.offer = nil
    sessions[id] = session
    do throws(LicenseRefusal) {
      let attested = try judge(reply, to: offer, in: session)
      await passed(attested, offer, in: id)
    } catch {
      failed(error, in: id, isNext: offer.isNext)
    }
  }

  private func judge(
    _ reply: Lowlayer_Agent_V1_ChallengeReply, to offer: LiveSession.Offer, in session: LiveSession
  ) throws(LicenseRefusal) -> LicenseProtocol.AttestedKey {
    let digest = Array(SHA256.hash(data: offer.publicKeyDER))
    do {
      let binding = try SessionBinding(
        sessionID: session.sessionID, clientCertificate: session.peer.certificate, serverCertificate: serverLeaf)
      let data = try QualifyingData(
        purpose: offer.isNext ? .nextKey : .sessionKey, nonce: offer.nonce, fingerprint: session.fingerprint,
        nodeUID: offer.identity.uid, binding: binding)
      if offer.isFileKey {
        let age = now - offer.challengedAt
        guard age <= SessionTiming.challengeLifetime else {
          throw AttestationRefusal.challengeExpired(age.components.seconds)
        }
        try FileKeySignature.verify(reply.keySignature, over: data, key: offer.publicKeyDER)
        return LicenseProtocol.AttestedKey(key: .init(digest: digest, assurance: .fileKey))
      }
      let challenge = try challenges.take(session: session.sessionID, at: now.sinceBoot)
      let answer = ChallengeAnswer(
        activatedSecret: Array(reply.activatedSecret), certifyInfo: Array(reply.certifyInfo),
        certifySignature: Array(reply.certifySignature))
      let key = try verifier.verify(answer, to: challenge, qualifyingData: data.bytes)
      let assurance = Lowlayer_Agent_V1_Assurance(rawValue: key.assurance.rawValue) ?? .unspecified
      return LicenseProtocol.AttestedKey(
        key: .init(digest: digest, assurance: assurance), endorsementKey: offer.endorsementKey,
        attestationKey: offer.attestationKey,
        clock: TPMClock(
          clock: key.clockInfo.clock, resetCount: key.clockInfo.resetCount, restartCount: key.clockInfo.restartCount,
          isSafe: key.clockInfo.safe))
    } catch let error as AttestationRefusal {
      throw .attestation(error.description)
    } catch is SignatureError {
      throw .attestation("the signature is not the offered key's over this challenge")
    } catch {
      throw .malformed("\(error)")
    }
  }

  /// A key was not attested.
  func failed(_ refusal: LicenseRefusal, in id: UInt64, isNext: Bool) {
    guard let session = sessions[id], session.phase != .over else { return }
    if isNext {
      // The key that the session stands on is as good as before. Said each time: who hears nothing changes to the next.
      sessions[id]?.declined = nil
      return decline(id, refusal)
    }
    if let seat = contestedSeat(of: id) {
      contests[seat]?.take(.failed(refusal.clause), of: id, at: now)
      return settleContest(seat)
    }
    refuse(id, refusal)
  }

  /// A key was attested: it is pinned, and what follows from it is saved and then said.
  private func passed(
    _ attested: LicenseProtocol.AttestedKey, _ offer: LiveSession.Offer, in id: UInt64
  ) async {
    guard let session = sessions[id], session.phase != .over else { return }
    let seatID = SeatID(organisation: session.peer.organisation, node: offer.identity.name)
    do throws(LicenseRefusal) {
      try checkSeat(attested, asNext: offer.isNext, of: seatID)
    } catch {
      return failed(error, in: id, isNext: offer.isNext)
    }
    event(.attested, session, "\(attested.key.assurance.name): the key of \(seatID) was attested")
    let proven = LiveSession.Proven(identity: offer.identity, attested: attested)
    if let contested = contestedSeat(of: id) {
      // The doubt arose after the next key's challenge.
      if offer.isNext { return failed(.contested, in: id, isNext: true) }
      guard contested == seatID else { return failed(.identity("it is another node now"), in: id, isNext: false) }
      return contestant(id, passed: proven, for: contested)
    }
    guard let seat = state.seats[seatID] else { return await takeSeat(proven, in: id) }
    await reattest(seat, proven, isNext: offer.isNext, in: id)
  }

  /// One side of a contest has answered, and waits for what the other does.
  private func contestant(_ id: UInt64, passed proven: LiveSession.Proven, for seat: SeatID) {
    contests[seat]?.take(.passed, of: id, at: now, (proven.attested, proven.identity.uid))
    if sessions[id]?.phase == .challenged { sessions[id]?.enter(.waiting, at: now) }
    settleContest(seat)
  }

  /// A node that has a seat shows another key, or the same one again.
  func reattest(_ before: Seat, _ proven: LiveSession.Proven, isNext: Bool, in id: UInt64) async {
    guard let session = sessions[id] else { return }
    let (seatID, attested) = (before.id, proven.attested)
    var seat = before
    take(proven.identity.uid, for: &seat)
    let isThisSeat = session.seat == seatID
    if !isThisSeat {
      if contests[seatID] != nil { return refuse(id, .contested) }
      let verdict = seat.rules.ratchet.judge(Array(session.hello.ratchet))
      let isLive = seat.rules.lease?.isLive(at: now) ?? false
      let isHeld = sessionOfSeat[seatID] != nil && isLive
      var doubt: SeatDoubt?
      if !verdict.isAccepted {
        doubt = .ratchet(verdict)
      } else if attested.key.assurance == .fileKey, isHeld {
        // A file key that nobody attested before proves no machine, and the seat's holder lives.
        doubt = .unknownFileKey
      }
      if let doubt {
        guard contest(seatID, doubt, challenger: id) else { return }
        return contestant(id, passed: proven, for: seatID)
      }
    }
    do throws(LicenseRefusal) {
      if let doubt = try seat.rules.attest(attested, asNext: isNext, consent: files.consent.of(seatID)) {
        guard contest(seatID, doubt, challenger: id) else { return }
        return contestant(id, passed: proven, for: seatID)
      }
    } catch {
      return failed(error, in: id, isNext: isNext)
    }
    // A grant names the key that it is for.
    if seat.rules.key.digest != before.rules.key.digest { seat.rules.grantDigest = [] }
    if !isThisSeat { seat.rules.ratchet.issue(session.ratchet, presented: Array(session.hello.ratchet)) }
    guard await promise(seat, insteadOf: before, for: id) else { return }
    if isThisSeat { return }
    sit(id, on: seatID)
    await license(id)
  }
}
