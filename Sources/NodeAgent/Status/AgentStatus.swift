public import LicenseProtocol

/// What the agent knows of itself and of the node's license at one moment: what `status`, `explain`, `/readyz` and
/// metrics show.
public struct AgentStatus: Sendable, Hashable {
  /// The certificate that the node shows.
  public struct Certificate: Sendable, Hashable {
    /// Where its key is: `tpm` or `file`.
    public var custody: String
    /// From when it is valid, in seconds since 1970.
    public var notBefore: Int64
    /// Until when it is valid, in seconds since 1970.
    public var notAfter: Int64
    /// When it is renewed, in seconds since 1970; `nil` where nobody issues another.
    public var renewal: Int64?

    /// A certificate.
    public init(custody: String, notBefore: Int64, notAfter: Int64, renewal: Int64?) {
      self.custody = custody
      self.notBefore = notBefore
      self.notAfter = notAfter
      self.renewal = renewal
    }
  }

  /// The agent's version.
  public var version: String
  /// Where the operator is: `HOST:PORT`.
  public var licenseOperator: String
  /// The license and the session.
  public var session: SessionView
  /// Whether an agent runs that says this; `false` where it is what a stopped one left behind.
  public var isRunning: Bool
  /// The certificate; `nil` where there is none yet.
  public var certificate: Certificate?
  /// What the agent could not do last, in words; `nil` where nothing failed.
  public var fault: String?
  /// Why the settings in force are not those that were read last, in sentences; `nil` where they are.
  public var settingsFault: String?
  /// When that was, by the boot clock.
  public var time: BootTime
  /// The same by the node's wall clock.
  public var wallTime: ServerTime

  /// A status.
  public init(
    version: String, licenseOperator: String, session: SessionView, isRunning: Bool, certificate: Certificate?,
    fault: String?, settingsFault: String? = nil, time: BootTime, wallTime: ServerTime
  ) {
    self.version = version
    self.licenseOperator = licenseOperator
    self.session = session
    self.isRunning = isRunning
    self.certificate = certificate
    self.fault = fault
    self.settingsFault = settingsFault
    self.time = time
    self.wallTime = wallTime
  }
}
