import Crypto
import SwiftProtobuf

extension LicenseState {
  /// The highest epoch there is: an operator goes one above what a node claims, and must be able to.
  public static let highestPossibleEpoch: UInt64 = 1 << 62

  mutating func take(_ grant: Lowlayer_Agent_V1_LicenseGrant, at now: BootTime) -> [LicenseAction] {
    do throws(GrantFault) { return try believe(grant, at: now) } catch {
      grantFault = error
      return []
    }
  }

  /// Judges a grant, and holds it. Nothing changes where it throws.
  private mutating func believe(
    _ sent: Lowlayer_Agent_V1_LicenseGrant, at now: BootTime
  ) throws(GrantFault) -> [LicenseAction] {
    guard case .welcomed = phase, let sessionClock, !grantKey.isEmpty else { throw .noGrantKey }
    let new = try verified(sent, key: grantKey)
    if new.grant.epoch < highestEpoch { throw .staleEpoch(new.grant.epoch, believed: highestEpoch) }
    if new.grant.epoch == highestEpoch {
      // The operator repeats what this node holds: nothing is new, and a wrong one before it is forgotten.
      guard let held, held.grant == new.grant else { throw .repeatedEpoch(new.grant.epoch) }
      settled()
      return []
    }
    // Of an epoch never seen: the operator's present time counts, even where an earlier one was ahead of it.
    let present = max(sessionClock.time(at: now), ServerTime(nanoseconds: new.grant.issuedAtNs))
    guard present < new.notAfter else { throw .runOut }
    clock = ServerClock(server: present, heard: now)
    savedTime = present
    held = new
    highestEpoch = new.grant.epoch
    settled()
    let hasLease = leaseEnd.map { now < $0 } ?? false
    return hasLease ? [.save] : [.save, .heartbeat]
  }

  private mutating func settled() {
    grantFault = nil
    refusal = nil
    fence = nil
    isAttesting = false
  }

  /// A saved grant, which has to be the last one that was believed.
  func remembered(_ sent: Lowlayer_Agent_V1_LicenseGrant, key: [UInt8]) throws(GrantFault) -> Held {
    let saved = try verified(sent, key: key)
    guard saved.grant.epoch == highestEpoch else { throw .staleEpoch(saved.grant.epoch, believed: highestEpoch) }
    return saved
  }

  /// A grant whose signature, node, key and shape hold; epoch and time are judged elsewhere.
  func verified(_ sent: Lowlayer_Agent_V1_LicenseGrant, key: [UInt8]) throws(GrantFault) -> Held {
    let grant: Lowlayer_Agent_V1_Grant
    do throws(SignatureError) { grant = try GrantSignature.verify(sent, key: key) } catch { throw .signature(error) }
    guard grant.notAfterNs > grant.issuedAtNs, grant.issuedAtNs > 0,
      (1...LicenseState.highestPossibleEpoch).contains(grant.epoch)
    else { throw .malformed }
    guard grant.nodeName == nodeName else { throw .otherNode(grant.nodeName) }
    if let nodeUID, nodeUID != grant.nodeUid { throw .otherNodeUID(grant.nodeUid) }
    guard keys.contains(Array(grant.keyDigest)) else { throw .otherKey }
    return Held(sent: sent, key: key, grant: grant)
  }
}
