/// One revision of a Helm release, by the labels of the Secret that it is kept in (helm.sh/helm,
/// `storage/driver/secrets.go`).
struct HelmRelease: Sendable, Hashable {
  /// From 1; the highest is the current one.
  var revision: Int
  /// `deployed`, `failed`, `pending-install`, `pending-upgrade`, `superseded` …
  var status: String
  /// When the record was last written. Helm's storage has `createdAt` on a new record and `modifiedAt` instead once it
  /// was changed, which hooks do while the status is still pending; `nil` where it has neither.
  var written: Stamp?

  /// One of those two labels.
  struct Stamp: Sendable, Hashable {
    var label: String
    /// In seconds since 1970.
    var seconds: Int
  }

  /// From `REVISION STATUS createdAt=SECONDS modifiedAt=SECONDS`, each of the last two possibly empty or left out.
  init?(_ line: Substring) {
    let words = line.split(separator: " ")
    guard words.count >= 2, let revision = Int(words[0]) else { return nil }
    self.revision = revision
    status = String(words[1])
    for word in words.dropFirst(2) {
      let parts = word.split(separator: "=")
      guard parts.count == 2, let seconds = Int(parts[1]) else { continue }
      written = Stamp(label: String(parts[0]), seconds: seconds)
    }
  }

  /// Whether somebody is at work on it, or was when they were stopped: Helm then refuses every other work.
  var isPending: Bool { status.hasPrefix("pending-") }
}
