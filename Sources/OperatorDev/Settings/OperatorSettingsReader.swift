public import Diagnostics
import KubernetesAPI
public import SystemdUnit

/// What a settings file says; what it leaves out may come from flags.
public struct PartialSettings: Sendable, Hashable {
  /// `Listen=`.
  public var listen: HostPort?
  /// `Certificate=`.
  public var certificate: String?
  /// `Key=`.
  public var key: String?
  /// `Organisations=`.
  public var organisations: String?
  /// `State=`.
  public var state: String?
  /// `GrantKey=`.
  public var grantKey: String?
  /// Everything that has a default.
  public var others = OperatorSettings(
    listen: HostPort(host: "", port: 0), certificate: "", key: "", organisations: "", state: "", grantKey: "")

  /// Nothing.
  public init() {}

  /// The settings, or the keys that nobody gave.
  public func complete() -> Result<OperatorSettings, MissingSettings> {
    guard let listen, let certificate, let key, let organisations, let state else {
      let named: [(String, Bool)] = [
        ("Listen", listen == nil), ("Certificate", certificate == nil), ("Key", key == nil),
        ("Organisations", organisations == nil), ("State", state == nil),
      ]
      return .failure(MissingSettings(keys: named.filter(\.1).map(\.0)))
    }
    var settings = others
    settings.listen = listen
    settings.certificate = certificate
    settings.key = key
    settings.organisations = organisations
    settings.state = state
    settings.grantKey = grantKey ?? state + ".grant-key"
    return .success(settings)
  }

  /// Keys that nobody gave.
  public struct MissingSettings: Error, Sendable, Hashable {
    /// Their names.
    public var keys: [String]
  }
}

/// Reads `ll-operator-dev.conf`, in systemd's syntax. An unknown section or key is an error with its line.
public struct OperatorSettingsReader: SettingsReader {
  /// The keys that `[KeyServer]` must have.
  public enum KeyServerKey: String, Sendable, Hashable, CaseIterable {
    /// Where it is.
    case address = "Address"
    /// The anchor of its certificate.
    case anchor = "Anchor"
    /// The key that entitlements are signed with.
    case signingKey = "SigningKey"
  }

  /// Everything found.
  public var report = Report()
  private let elsewhere: Set<KeyServerKey>

  /// A reader.
  /// - Parameter elsewhere: what a flag or the environment says of the key server: the file need not. Where it does not,
  ///   there is no address, and a path is empty.
  public init(keyServer elsewhere: Set<KeyServerKey> = []) { self.elsewhere = elsewhere }

  /// The settings in a file's bytes.
  public mutating func read(_ bytes: [UInt8]) -> PartialSettings {
    var settings = PartialSettings()
    var seen: Set<String> = []
    for section in sections(of: bytes) {
      if !seen.insert(section.name).inserted {
        report.error("a second [\(section.name)] section", position: section.position)
      }
      switch section.name {
      case "Operator": readOperator(section, into: &settings)
      case "KeyServer": settings.others.keyServer = readKeyServer(section)
      case "Kubernetes": settings.others.kubernetes = readKubernetes(section)
      case "Endorsement": readEndorsement(section, into: &settings.others.endorsement)
      default: report.error("unknown section [\(section.name)]", position: section.position)
      }
    }
    return settings
  }

  private mutating func readOperator(_ section: Section, into settings: inout PartialSettings) {
    checkKeys(
      section,
      single: [
        "Listen", "Certificate", "Key", "Organisations", "State", "GrantKey", "Configuration", "Consent",
        "OperatorName",
        "HeartbeatInterval", "LeaseDuration", "GrantDuration", "ReconnectWindow", "BrakePercent",
      ], repeated: ["PinnedNames"])
    settings.listen = place("Listen", in: section)
    settings.certificate = path("Certificate", in: section)
    settings.key = path("Key", in: section)
    settings.organisations = path("Organisations", in: section)
    settings.state = path("State", in: section)
    settings.grantKey = path("GrantKey", in: section)
    settings.others.configuration = path("Configuration", in: section)
    settings.others.consent = path("Consent", in: section)
    settings.others.pinnedNames = Set(values("PinnedNames", in: section).map(\.value))
    if let name = values("OperatorName", in: section).first { settings.others.operatorName = name.value }
    duration("HeartbeatInterval", in: section, 100...300_000, &settings.others.heartbeatInterval)
    duration("LeaseDuration", in: section, 200...3_600_000, &settings.others.leaseDuration)
    duration("GrantDuration", in: section, 1000...31_536_000_000, &settings.others.grantDuration)
    duration("ReconnectWindow", in: section, 0...3_600_000, &settings.others.reconnectWindow)
    if settings.others.leaseDuration < settings.others.heartbeatInterval * 2 {
      report.error("LeaseDuration= is less than two heartbeats", position: section.position)
    }
    if let percent = values("BrakePercent", in: section).first {
      guard let number = Int(percent.value), (1...100).contains(number) else {
        report.error("BrakePercent= is not 1 to 100: \(percent.value)", position: percent.position)
        return
      }
      settings.others.brakePercent = number
    }
  }

  private mutating func readKeyServer(_ section: Section) -> KeyServerSettings? {
    checkKeys(
      section, single: ["Anchor", "ServerName", "SigningKey", "Certificate", "Key"], repeated: ["Address"])
    let addresses = places("Address", in: section)
    if addresses.isEmpty, !elsewhere.contains(.address) {
      report.error("[KeyServer] without Address=", position: section.position)
    }
    guard let anchor = keyServerPath(.anchor, in: section), let key = keyServerPath(.signingKey, in: section) else {
      return nil
    }
    var settings = KeyServerSettings(addresses: addresses, anchor: anchor, signingKey: key)
    settings.serverName = values("ServerName", in: section).first?.value
    settings.certificate = path("Certificate", in: section)
    settings.key = path("Key", in: section)
    if (settings.certificate == nil) != (settings.key == nil) {
      report.error("Certificate= needs Key=, and Key= its certificate", position: section.position)
    }
    return settings
  }

  private mutating func keyServerPath(_ key: KeyServerKey, in section: Section) -> String? {
    let isElsewhere = elsewhere.contains(key) && !section.directives.contains { $0.key == key.rawValue }
    return isElsewhere ? "" : absolutePath(key.rawValue, in: section)
  }

  private mutating func readKubernetes(_ section: Section) -> KubernetesSettings? {
    checkKeys(
      section,
      single: ["Address", "Anchor", "TokenFile", "ClientCertificate", "ClientKey", "Audience", "ServiceAccount"])
    let address = place("Address", in: section)
    if address == nil, values("Address", in: section).isEmpty {
      report.error("[Kubernetes] without Address=", position: section.position)
    }
    let anchor = absolutePath("Anchor", in: section)
    let files = (
      path("TokenFile", in: section), path("ClientCertificate", in: section), path("ClientKey", in: section)
    )
    let credential: KubernetesCredential
    switch files {
    case (let token?, nil, nil): credential = .tokenFile(token)
    case (nil, let certificate?, let key?): credential = .clientCertificate(certificate: certificate, key: key)
    default:
      report.error("either TokenFile=, or ClientCertificate= and ClientKey=", position: section.position)
      return nil
    }
    guard let address, let anchor else { return nil }
    var settings = KubernetesSettings(
      endpoint: KubernetesEndpoint(host: address.host, port: address.port, anchors: anchor, credential: credential))
    if let audience = values("Audience", in: section).first { settings.audience = audience.value }
    if let account = values("ServiceAccount", in: section).first {
      let parts = account.value.split(separator: "/", omittingEmptySubsequences: false)
      if parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) {
        settings.account = "system:serviceaccount:\(parts[0]):\(parts[1])"
      } else {
        report.error("ServiceAccount= is not NAMESPACE/NAME: \(account.value)", position: account.position)
      }
    }
    return settings
  }

  private mutating func readEndorsement(_ section: Section, into settings: inout EndorsementSettings) {
    checkKeys(section, single: ["VendorRoots", "VirtualAuthorities", "Intermediates", "Registered"])
    settings.vendorRoots = path("VendorRoots", in: section)
    settings.virtualAuthorities = path("VirtualAuthorities", in: section)
    settings.intermediates = path("Intermediates", in: section)
    settings.registered = path("Registered", in: section)
  }

  private mutating func path(_ key: String, in section: Section) -> String? {
    section.directives.contains { $0.key == key } ? absolutePath(key, in: section) : nil
  }

  private mutating func place(_ key: String, in section: Section) -> HostPort? { places(key, in: section).first }

  private mutating func places(_ key: String, in section: Section) -> [HostPort] {
    values(key, in: section).compactMap { directive in
      let place = HostPort(directive.value)
      if place == nil {
        report.error("\(key)= is not HOST:PORT: \(directive.value.debugDescription)", position: directive.position)
      }
      return place
    }
  }

  private mutating func duration(
    _ key: String, in section: Section, _ milliseconds: ClosedRange<Int64>, _ value: inout Duration
  ) {
    guard let directive = values(key, in: section).first else { return }
    guard let seconds = Double(directive.value), seconds.isFinite, abs(seconds) < 1e9,
      milliseconds.contains(Int64(seconds * 1000))
    else {
      report.error(
        "\(key)= is no number of seconds from \(Double(milliseconds.lowerBound) / 1000) to "
          + "\(milliseconds.upperBound / 1000): \(directive.value.debugDescription)", position: directive.position)
      return
    }
    value = .milliseconds(Int64(seconds * 1000))
  }
}
