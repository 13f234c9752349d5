import LicenseProtocol
import NodeIdentity
import X509

/// When a certificate is renewed: at half of its life, as soon as the wall clock or the boot clock says so.
///
/// The wall clock alone tells how old a certificate is that was there before the agent: the machine may have been off
/// for a month. Where somebody sets it back, the boot clock goes on, so that no certificate runs out unnoticed.
struct RenewalSchedule: Sendable, Hashable {
  private let serial: [UInt8]
  /// By the wall clock, in seconds since 1970.
  private let date: Int64
  /// By the boot clock.
  private let moment: BootTime

  /// The schedule of a certificate that is looked at for the first time.
  ///
  /// - Parameters:
  ///   - isNew: whether it was issued just now. A wall clock that is ahead would find it half over as it comes, and
  ///     each one after it: so half of what that clock leaves of it counts, and an eighth of its life at the least.
  ///   - draw: a random number from 0 to 1: ``RenewalTime``.
  init(_ certificate: NodeCertificate, isNew: Bool, draw: Double, at now: ClockReading) {
    let (notBefore, notAfter) = (certificate.notBefore, certificate.notAfter)
    serial = Array(certificate.leaf.serialNumber.bytes)
    if isNew {
      let half = RenewalTime.seconds(notBefore: now.wall, notAfter: notAfter, draw: draw)
      date = max(half, now.wall + (notAfter - notBefore) / 8)
    } else {
      date = RenewalTime.seconds(notBefore: notBefore, notAfter: notAfter, draw: draw)
    }
    moment = now.boot + Duration.seconds(max(date - now.wall, 0))
  }

  /// Whether it is that certificate's.
  func isOf(_ certificate: NodeCertificate) -> Bool { serial.elementsEqual(certificate.leaf.serialNumber.bytes) }

  /// How long until then; zero once it has come.
  func left(at now: ClockReading) -> Duration {
    let byWallClock = Duration.seconds(date - now.wall)
    let byBootClock = moment - now.boot
    return max(min(byWallClock, byBootClock), .zero)
  }
}
