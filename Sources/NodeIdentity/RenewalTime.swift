/// When a certificate is renewed.
public enum RenewalTime {
  /// Half of the certificate's lifetime, give or take a tenth of that half, in seconds since 1970: so that nodes that
  /// were enrolled at once do not renew at once. Drawn anew for each certificate.
  ///
  /// - Parameter draw: a random number from 0 to 1.
  public static func seconds(notBefore: Int64, notAfter: Int64, draw: Double) -> Int64 {
    let half = Double(max(0, notAfter - notBefore)) / 2
    let jitter = (min(1, max(0, draw)) * 2 - 1) * half / 10
    return notBefore + Int64((half + jitter).rounded())
  }
}
