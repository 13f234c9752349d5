import LicenseProtocol
public import NodeMetrics
import Synchronization

/// Where the agent's loops write what they know, and whoever shows it reads: the status socket, `/healthz`, `/readyz`,
/// `/metrics`, systemd's status line.
public final class StatusBoard: Sendable {
  private struct Content {
    var session: SessionView
    var certificate: AgentStatus.Certificate?
    var fault: String?
    var settingsFault: String?
    var licenseOperator: String
    var snapshot: NodeSnapshot?
    var watcher: (@Sendable (AgentStatus) -> Void)?
  }

  /// The agent's version.
  public let version: String
  private let clock: AgentClock
  private let content: Mutex<Content>

  /// A board that shows `session`.
  public init(version: String, licenseOperator: String, session: SessionView, clock: AgentClock) {
    self.version = version
    self.clock = clock
    content = Mutex(Content(session: session, licenseOperator: licenseOperator))
  }

  /// Where the operator is: `HOST:PORT`.
  public var licenseOperator: String { content.withLock { $0.licenseOperator } }

  /// How things stand now.
  public var status: AgentStatus {
    let content = content.withLock { $0 }
    return AgentStatus(
      version: version, licenseOperator: content.licenseOperator, session: content.session, isRunning: true,
      certificate: content.certificate, fault: content.fault, settingsFault: content.settingsFault, time: clock.now(),
      wallTime: clock.wall())
  }

  /// What the node was last found doing; `nil` before the first time.
  public var snapshot: NodeSnapshot? { content.withLock { $0.snapshot } }

  /// Has `watcher` called with how things stand whenever that was written, which the session's loop does at each change and every
  /// five seconds. There is one; the newest counts.
  public func watch(_ watcher: @escaping @Sendable (AgentStatus) -> Void) { content.withLock { $0.watcher = watcher } }

  /// The session, or the license.
  public func publish(_ session: SessionView) {
    content.withLock { $0.session = session }
    tell()
  }

  /// The certificate.
  public func publish(_ certificate: AgentStatus.Certificate?) { content.withLock { $0.certificate = certificate } }

  /// What the agent could not do last; `nil` once it could.
  public func publish(fault: String?) { content.withLock { $0.fault = fault } }

  /// Why the settings in force are not those that were read last, in sentences; `nil` where they are.
  public func publish(settingsFault: String?) {
    content.withLock { $0.settingsFault = settingsFault }
    tell()
  }

  private func tell() {
    guard let watcher = content.withLock({ $0.watcher }) else { return }
    watcher(status)
  }

  /// Where the operator is from now on: `HOST:PORT`.
  func publish(licenseOperator: String) { content.withLock { $0.licenseOperator = licenseOperator } }

  /// What the node is doing.
  public func publish(_ snapshot: NodeSnapshot) { content.withLock { $0.snapshot = snapshot } }
}
