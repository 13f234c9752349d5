import Glibc
import Logging
import NodeAgent
import OpenBao

/// What the commands need that prove the node's license.
struct RunSettings {
  let agent: NodeAgentSettings
  let listen: LocalAddress?
  /// The least grave that is logged, where no flag says so.
  let logLevel: Logger.Level
  let socketPath: String

  /// The local HTTP server where none is named.
  static let defaultListen = "127.0.0.1:9465"
  /// The program's version.
  static let version = "0.1.0"

  /// The settings as the agent takes them.
  /// - Throws: everything that is missing.
  init(_ settings: AgentSettings) throws(SettingsError) {
    let session = settings.session
    var missing: [String] = []
    func required(_ key: SessionKey) -> String {
      if session[key] == nil { missing.append("[\(key.section)] without \(key.rawValue)= (\(key.variable))") }
      return session[key] ?? ""
    }
    let place = OperatorEndpoint.hostAndPort(required(.licenseOperator)) ?? (host: "", port: 0)
    let endpoint = OperatorEndpoint(
      host: place.host, port: place.port, name: session[.operatorName], anchors: required(.operatorAnchor),
      tokenFile: session[.operatorTokenFile])
    var authority: NodeAgentSettings.Authority?
    // Whoever sets anything of OpenBao wants certificates from it.
    if session.values.keys.contains(where: { $0.section == "OpenBao" }) {
      let keys: [SessionKey] = [.address, .anchor, .mount, .role, .issuerAnchor]
      for key in keys { _ = required(key) }
      for (key, other) in Self.pairs where session[key] != nil && session[other] == nil {
        missing.append("[\(key.section)] \(key.rawValue)= without \(other.rawValue)= (\(other.variable))")
      }
      if missing.isEmpty { authority = try Self.authority(session) }
    }
    guard missing.isEmpty else { throw SettingsError(missing.map { "settings: error: \($0)" }, partial: settings) }
    let state = session[.stateDirectory] ?? Self.variable("STATE_DIRECTORY") ?? "/var/lib/ll-agent"
    agent = NodeAgentSettings(
      nodeName: settings.nodeName ?? NodeReader.hostName, version: Self.version, licenseOperator: endpoint,
      authority: authority, tcti: session[.tcti],
      allowsFileKey: session[.fileKey] == "yes", stateFolder: state,
      operated: OperatedSettings(interval: settings.interval ?? .seconds(15), units: settings.units ?? []))
    listen = LocalAddress(session[.listen] ?? Self.defaultListen)
    logLevel = session[.logLevel].flatMap(Logger.Level.init(rawValue:)) ?? .info
    socketPath = Self.socketPath(session)
  }

  /// Settings of a login, and the one without which each would be ignored.
  private static let pairs: [(SessionKey, SessionKey)] = [
    (.loginCertificate, .loginKey), (.loginKey, .loginCertificate),
    (.kubernetesMount, .kubernetesTokenFile), (.kubernetesRole, .kubernetesTokenFile),
    (.kubernetesAudience, .kubernetesTokenFile), (.appRoleID, .appRoleWrappingFile),
    (.appRoleWrappingFile, .appRoleID), (.appRoleMount, .appRoleID),
  ]

  /// Where the agent of these settings is asked.
  static func socketPath(_ session: SessionSettings) -> String {
    "\(session[.runtimeDirectory] ?? variable("RUNTIME_DIRECTORY") ?? "/run/ll-agent")/status.sock"
  }

  private static func authority(_ session: SessionSettings) throws(SettingsError) -> NodeAgentSettings.Authority {
    do throws(OpenBaoError) {
      let endpoint = try OpenBaoEndpoint(
        addresses: try (session.values[.address] ?? []).map { (text) throws(OpenBaoError) in try OpenBaoAddress(text) },
        serverName: session[.serverName], anchors: session[.anchor] ?? "", namespace: session[.namespace])
      let kubernetes = session[.kubernetesTokenFile].map {
        EnrollmentSettings.Kubernetes(
          mount: session[.kubernetesMount] ?? "kubernetes", role: session[.kubernetesRole] ?? "ll-agent",
          tokenFile: $0, audience: session[.kubernetesAudience])
      }
      let appRole = session[.appRoleID].flatMap { id in
        session[.appRoleWrappingFile].map {
          EnrollmentSettings.AppRole(mount: session[.appRoleMount] ?? "approle", roleID: id, wrappingFile: $0)
        }
      }
      let login = session[.loginCertificate].flatMap { certificate in
        session[.loginKey].map { NodeAgentSettings.Authority.Login(certificate: certificate, key: $0) }
      }
      return NodeAgentSettings.Authority(
        endpoint: endpoint,
        enrollment: EnrollmentSettings(
          certificate: .init(mount: session[.certificateMount] ?? "cert", role: session[.certificateRole]),
          kubernetes: kubernetes, appRole: appRole, issuerAnchors: session[.issuerAnchor] ?? ""),
        mount: session[.mount] ?? "", role: session[.role] ?? "",
        lifetime: session[.lifetime].flatMap(SessionKey.seconds), login: login)
    } catch {
      throw SettingsError(["settings: error: \(error)"])
    }
  }

  private static func variable(_ name: String) -> String? {
    // systemd names several folders with colons between them.
    getenv(name).map { String(cString: $0) }.flatMap { $0.split(separator: ":").first.map(String.init) }
  }
}
