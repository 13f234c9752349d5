/// One revision of a Helm release, by the labels of the Secret that it is kept in (helm.sh/helm,
/// `storage/driver/secrets.go`).
struct HelmRelease: Sendable, Hashable {
  /// From 1; the highest is the current one.
  var revision: Int
  /// `deployed`, `failed`, `pending-install`, `pending-upgrade`, `superseded` …
  var status: String
  /// When the record was made, in seconds since 1970; `nil` once it has been changed.
  var created: Int?

  /// From `REVISION STATUS [CREATED]`.
  init?(_ line: Substring) {
    let words = line.split(separator: " ")
    guard words.count >= 2, let revision = Int(words[0]) else { return nil }
    self.revision = revision
    status = String(words[1])
    created = words.count > 2 ? Int(words[2]) : nil
  }

  /// Whether somebody is at work on it, or was when they were stopped: Helm then refuses every other work.
  var isPending: Bool { status.hasPrefix("pending-") }
}
