import Logging
import NodeAgent
import OpenBao
import TPM2

/// A setting of the commands that prove the node's license: where it stands in the files, its variable, and what it may
/// be.
enum SessionKey: String, CaseIterable {
  case licenseOperator = "Operator"
  case operatorAnchor = "OperatorAnchor"
  case operatorName = "OperatorName"
  case operatorTokenFile = "OperatorTokenFile"
  case listen = "Listen"
  case logLevel = "LogLevel"
  case stateDirectory = "StateDirectory"
  case runtimeDirectory = "RuntimeDirectory"
  case fileKey = "FileKey"
  case tcti = "TCTI"
  case address = "Address"
  case anchor = "Anchor"
  case serverName = "ServerName"
  case namespace = "Namespace"
  case mount = "Mount"
  case role = "Role"
  case lifetime = "Lifetime"
  case issuerAnchor = "IssuerAnchor"
  case certificateMount = "CertificateMount"
  case certificateRole = "CertificateRole"
  case loginCertificate = "LoginCertificate"
  case loginKey = "LoginKey"
  case kubernetesMount = "KubernetesMount"
  case kubernetesRole = "KubernetesRole"
  case kubernetesTokenFile = "KubernetesTokenFile"
  case kubernetesAudience = "KubernetesAudience"
  case appRoleMount = "AppRoleMount"
  case appRoleID = "AppRoleID"
  case appRoleWrappingFile = "AppRoleWrappingFile"

  /// The section of the files in which it stands.
  var section: String {
    switch self {
    case .licenseOperator, .operatorAnchor, .operatorName, .operatorTokenFile, .listen, .logLevel,
      .stateDirectory, .runtimeDirectory, .fileKey:
      "Agent"
    case .tcti: "TPM"
    default: "OpenBao"
    }
  }

  /// Whether it may stand more than once.
  var isRepeated: Bool { self == .address }

  /// Its variable: `LL_OPERATOR_ANCHOR`, `LL_OPENBAO_SERVER_NAME`.
  var variable: String {
    var name = section == "OpenBao" ? "LL_OPENBAO" : "LL"
    var previous: Character?
    for character in rawValue {
      if character.isUppercase, previous.map({ !$0.isUppercase }) ?? true { name += "_" }
      name += character.uppercased()
      previous = character
    }
    return name
  }

  /// The log's levels, the least grave one first.
  static let logLevels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")

  /// A certificate's lifetime.
  static func seconds(_ text: String) -> Duration? {
    Int64(text).flatMap { (60...31_536_000).contains($0) ? .seconds($0) : nil }
  }

  /// What is wrong with `value`, as words that follow the setting's name; `nil` where nothing is.
  func fault(of value: String) -> String? {
    switch self {
    case .licenseOperator:
      OperatorEndpoint.hostAndPort(value) == nil ? "is not HOST:PORT: \(value.debugDescription)" : nil
    case .operatorAnchor, .operatorTokenFile, .stateDirectory, .runtimeDirectory, .anchor, .issuerAnchor,
      .loginCertificate, .loginKey, .kubernetesTokenFile, .appRoleWrappingFile:
      value.hasPrefix("/") ? nil : "is not an absolute path: \(value.debugDescription)"
    case .listen:
      LocalAddress(value) == nil ? "is no single address with a port: \(value.debugDescription)" : nil
    case .lifetime:
      Self.seconds(value) == nil ? "is no number of seconds from 60 to 31536000: \(value.debugDescription)" : nil
    case .logLevel:
      Logger.Level(rawValue: value) == nil ? "is none of \(Self.logLevels): \(value.debugDescription)" : nil
    case .fileKey: ["yes", "no"].contains(value) ? nil : "is neither yes nor no: \(value.debugDescription)"
    case .tcti: (try? TCTI(value)) == nil ? "is no way to a TPM: \(value.debugDescription)" : nil
    case .address: (try? OpenBaoAddress(value)) == nil ? "is not https://HOST:PORT: \(value.debugDescription)" : nil
    default: nil
    }
  }
}

/// What one source says of them.
struct SessionSettings: Equatable {
  /// The values by key.
  var values: [SessionKey: [String]] = [:]

  /// The value of a key that stands once.
  subscript(key: SessionKey) -> String? { values[key]?.first }

  /// What is said here, and what `other` says of the rest.
  func over(_ other: SessionSettings) -> SessionSettings {
    SessionSettings(values: values.merging(other.values) { own, _ in own })
  }

  /// What the environment says, and what is wrong with it.
  static func environment(_ variables: [String: String]) -> (settings: SessionSettings, faults: [String]) {
    var settings = SessionSettings()
    var faults: [String] = []
    for key in SessionKey.allCases {
      guard let text = variables[key.variable], !text.isEmpty else { continue }
      let values = key.isRepeated ? text.split(separator: " ").map(String.init) : [text]
      faults += values.compactMap { key.fault(of: $0) }.map { "\(key.variable): error: \($0)" }
      settings.values[key] = values
    }
    return (settings, faults)
  }
}
