import PKI

/// What the operator last saw of the files and folders that others change while it runs.
struct OperatorFiles: Sendable {
  /// What is read again and again.
  enum Source: Sendable, Hashable {
    case endorsement, organisations, consent, configuration
  }

  /// What can be wrong with a source. Each is said by itself, so that none hides another or makes it be said again.
  enum Complaint: Sendable, Hashable {
    /// It cannot be read.
    case unreadable(Source)
    /// It can, and what is in it is wrong.
    case faulty(Source)
  }

  /// The configuration folder when it was taken over; `nil` where that is still to be done.
  var configuration: WatchedFolder.Stamp?
  /// Whether a change of it is being saved.
  var isTakingConfiguration = false
  /// What nodes are to apply; `nil` where that was not read yet.
  var wanted: WantedConfiguration?
  /// What was said of files in the configuration folder that are left out.
  var configurationFaults: Set<String> = []
  /// The consent file's bytes when they were read.
  var consentBytes: [UInt8]?
  /// What the operator consents to.
  var consent = Consent()
  /// The revocation lists that were said to have run out.
  var runOutLists: Set<RevocationList> = []
  /// What was wrong when everything was read for the first time; `nil` once it was.
  var startFaults: [String]? = []
  /// What was said and holds still, so that it is not said each second.
  var complaints: [Complaint: String] = [:]
}
