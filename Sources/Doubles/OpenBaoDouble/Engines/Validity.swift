import Foundation
import X509

/// When a certificate is valid: the request within the role within the mount within the issuer
/// (OpenBao, `builtin/logical/pki/cert_util.go`).
struct Validity {
  let notBefore: Date
  private(set) var notAfter: Date
  private(set) var warnings: [String] = []

  init(
    _ fields: inout Fields, _ role: CertificateRole, mount: Mount, authority: Certificate, issuer: StoredIssuer,
    now: Date
  ) throws(APIError) {
    for name in ["not_before", "not_after"] where try fields.string(name) ?? "" != "" {
      if role.text("\(name)_bound") == "forbid" {
        throw APIError("\(name)_bound is set to forbid. \(name) cannot be provided.")
      }
      throw APIError("the double takes no \(name) in a request")
    }
    let config = mount.record[key: "config"]
    let mountDefault = config[key: "default_lease_ttl"].integer ?? 0
    let mountLimit = config[key: "max_lease_ttl"].integer ?? 0
    let asked = try fields.seconds("ttl") ?? 0
    var seconds = asked > 0 ? asked : role.number("ttl")
    if seconds == 0 { seconds = mountDefault > 0 ? mountDefault : 2_764_800 }
    let limits = [role.number("max_ttl"), mountLimit > 0 ? mountLimit : 2_764_800].filter { $0 > 0 }
    let limit = role.number("max_ttl") > 0 ? role.number("max_ttl") : limits.min() ?? seconds
    if seconds > limit {
      // Upstream warns of what was asked for, and caps a role's own silently.
      if asked > 0 {
        warnings.append(
          "TTL \"\(GoDuration.text(seconds))\" is longer than permitted maxTTL \"\(GoDuration.text(limit))\", so maxTTL is being used"
        )
      }
      seconds = limit
    }
    let whole = Date(timeIntervalSince1970: now.timeIntervalSince1970.rounded(.down))
    notBefore = whole.addingTimeInterval(-Double(role.number("not_before_duration")))
    notAfter = whole.addingTimeInterval(Double(seconds))
    guard notAfter > authority.notValidAfter else { return }
    switch issuer.leafNotAfterBehavior {
    case "truncate": notAfter = authority.notValidAfter
    case "permit": break
    default:
      throw APIError(
        "cannot satisfy request, as TTL would result in notAfter of \(Timestamp.text(notAfter)) that is beyond the expiration of the CA certificate at \(Timestamp.text(authority.notValidAfter))"
      )
    }
  }
}
