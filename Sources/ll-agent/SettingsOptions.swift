import ArgumentParser
import Glibc
import SystemdUnit

/// The settings on the command line, and where the others come from.
struct SettingsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The settings, with drop-ins in the folder F.d. LL_CONFIG. (default: \(SettingsFiles.defaultPath))",
      valueName: "F"))
  var config: String?

  @Option(
    help: ArgumentHelp("Where the host's / is mounted, in a pod. LL_ROOTFS. (default: /)", valueName: "DIR"),
    transform: path)
  var rootfs: String?

  @Option(
    help: ArgumentHelp(
      "The node's name: its kubelet's certificate must have it. LL_NODE_NAME. (default: the host's name)",
      valueName: "NAME"), transform: nodeName)
  var node: String?

  @Option(
    name: .customLong("unit"),
    help: ArgumentHelp("A unit whose state is read; once for each. LL_UNITS, with blanks.", valueName: "NAME"),
    transform: unit)
  var units: [String] = []

  @Option(
    help: ArgumentHelp("Where the kubelet listens. LL_KUBELET_ADDRESS.", valueName: "https://HOST:PORT"),
    transform: address)
  var kubelet: KubeletAddress?

  @Option(
    help: ArgumentHelp("PEM: the anchors of the kubelet's certificate. LL_KUBELET_ANCHOR.", valueName: "FILE"),
    transform: path)
  var kubeletAnchor: String?

  @Option(help: ArgumentHelp("A bearer token. LL_KUBELET_TOKEN_FILE.", valueName: "FILE"), transform: path)
  var kubeletTokenFile: String?

  @Option(
    help: ArgumentHelp("PEM: a client certificate. LL_KUBELET_CLIENT_CERTIFICATE.", valueName: "FILE"), transform: path)
  var kubeletClientCertificate: String?

  @Option(help: ArgumentHelp("PEM: its key. LL_KUBELET_CLIENT_KEY.", valueName: "FILE"), transform: path)
  var kubeletClientKey: String?

  /// A flag is over the environment, and that over the files. Says what is wrong and ends with the exit for it.
  func resolved(interval: Duration?) throws -> AgentSettings {
    do throws(SettingsError) { return try read(interval: interval) } catch { throw error.said() }
  }

  /// The settings of a command that proves the node's license, likewise.
  func proving() throws -> (settings: AgentSettings, plan: RunSettings) {
    do throws(SettingsError) { return try readProving() } catch { throw error.said() }
  }

  /// The settings of a command that proves the node's license.
  func readProving() throws(SettingsError) -> (settings: AgentSettings, plan: RunSettings) {
    let settings = try read(interval: nil)
    return (settings, try RunSettings(settings))
  }

  /// A flag is over the environment, and that over the files.
  func read(interval: Duration?) throws(SettingsError) -> AgentSettings {
    let environment = AgentSettings.environment(Self.variables)
    let named = config ?? Self.variables["LL_CONFIG"]
    let files: AgentSettings
    do throws(SettingsError) {
      files = try SettingsFiles(path: named ?? SettingsFiles.defaultPath, isNamed: named != nil).read()
    } catch {
      throw SettingsError(
        environment.faults + error.findings, error.exit, partial: environment.settings.over(error.partial))
    }
    if !environment.faults.isEmpty {
      throw SettingsError(environment.faults, partial: environment.settings.over(files))
    }
    let flags = AgentSettings(
      nodeName: node, rootDirectory: rootfs, units: units.isEmpty ? nil : units, interval: interval,
      kubeletAddress: kubelet, kubeletAnchor: kubeletAnchor, kubeletTokenFile: kubeletTokenFile,
      kubeletClientCertificate: kubeletClientCertificate, kubeletClientKey: kubeletClientKey)
    let settings = flags.over(environment.settings.over(files))
    if let conflict = settings.conflict { throw SettingsError(["settings: error: \(conflict)"], partial: settings) }
    return settings
  }

  /// The variables of this program, by name.
  private static var variables: [String: String] {
    let names =
      [
        "LL_CONFIG", "LL_NODE_NAME", "LL_ROOTFS", "LL_UNITS", "LL_INTERVAL", "LL_KUBELET_ADDRESS", "LL_KUBELET_ANCHOR",
        "LL_KUBELET_TOKEN_FILE", "LL_KUBELET_CLIENT_CERTIFICATE", "LL_KUBELET_CLIENT_KEY",
      ] + SessionKey.allCases.map(\.variable)
    return names.reduce(into: [:]) { variables, name in
      if let value = getenv(name) { variables[name] = String(cString: value) }
    }
  }

  private static func path(_ text: String) throws -> String {
    guard !text.isEmpty else { throw ValidationError("An empty path.") }
    return text
  }

  private static func nodeName(_ text: String) throws -> String {
    guard SettingValue.isNodeName(text) else { throw ValidationError("That is no node's name.") }
    return text
  }

  private static func unit(_ text: String) throws -> String {
    guard let unit = UnitName(text), !unit.isTemplate else { throw ValidationError("That is no unit's name.") }
    return text
  }

  private static func address(_ text: String) throws -> KubeletAddress {
    guard let address = KubeletAddress(text) else { throw ValidationError("The address is https://HOST:PORT.") }
    return address
  }
}
