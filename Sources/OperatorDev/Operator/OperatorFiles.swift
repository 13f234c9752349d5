import PKI

/// What the operator last saw of the files and folders that others change while it runs.
struct OperatorFiles: Sendable {
  /// The configuration folder when it was taken over; `nil` where that is still to be done.
  var configuration: WatchedFolder.Stamp?
  /// What nodes are to apply.
  var bodies: ConfigurationFolder.Bodies = [:]
  /// The consent file's bytes when they were read.
  var consentBytes: [UInt8]?
  /// What the operator consents to.
  var consent = Consent()
  /// The revocation lists that were said to have run out.
  var runOutLists: Set<RevocationList> = []
  /// What was wrong when everything was read for the first time; `nil` once it was.
  var startFaults: [String]? = []
  /// The last complaint about a folder, so that it is not said each second.
  var complaint: String?
}
