import FoundationEssentials
import LicenseProtocol

/// What an operator's `ConfigDelta` makes of the configurations that are applied now.
struct ConfigurationDelta {
  /// The most configurations that a node keeps.
  static let most = ConfigurationLimits.names

  private let message: Lowlayer_Agent_V1_ConfigDelta

  init(_ message: Lowlayer_Agent_V1_ConfigDelta) { self.message = message }

  /// The configurations after it, or why it does not apply. Nothing of a delta is applied unless all of it can be.
  func applied(
    to current: [String: AgentState.Configuration], over settings: OperatedSettings
  ) throws(ConfigurationDeltaError) -> [String: AgentState.Configuration] {
    guard message.from == current.mapValues(\.version) else { throw .otherVersions }
    var next = current
    for name in message.removed where next.removeValue(forKey: name) == nil { throw .unknown(name) }
    for resource in message.set {
      guard ConfigurationLimits.isName(resource.name) else { throw .name(resource.name) }
      guard resource.version > 0 else { throw .version(resource.name) }
      guard resource.body.count <= OperatedSettingsReader.longest else { throw .size(resource.name) }
      next[resource.name] = .init(version: resource.version, body: Array(resource.body))
    }
    guard next.count <= Self.most else { throw .number(next.count) }
    do throws(PushedConfigurationError) {
      _ = try settings.with(next)
    } catch {
      throw .body(error)
    }
    return next
  }
}

/// Why a delta does not apply: the text of the NACK.
enum ConfigurationDeltaError: Error, Hashable, CustomStringConvertible {
  case otherVersions
  case unknown(String)
  case name(String)
  case version(String)
  case size(String)
  case number(Int)
  case body(PushedConfigurationError)

  var description: String {
    switch self {
    case .otherVersions: "the delta is for other versions than those applied here"
    case .unknown(let name): "the delta removes \(name.debugDescription), which is not applied here"
    case .name(let name): "no configuration can be called \(name.debugDescription)"
    case .version(let name): "configuration \(name.debugDescription) has the version 0"
    case .size(let name):
      "configuration \(name.debugDescription) is longer than \(OperatedSettingsReader.longest) bytes"
    case .number(let count): "\(count) configurations; a node keeps at most \(ConfigurationDelta.most)"
    case .body(let error): error.description
    }
  }
}
