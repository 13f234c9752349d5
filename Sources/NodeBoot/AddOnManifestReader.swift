import Diagnostics
import SystemdUnit

/// Turns sections into an ``AddOnManifest``, one fault after another.
struct AddOnManifestReader: SettingsReader {
  var report = Report()

  mutating func read(_ bytes: [UInt8]) -> AddOnManifest? {
    let sections = sections(of: bytes)
    var manifest = AddOnManifest(kubeconfig: "", kubectl: "", stateDirectory: "")
    var heads = 0
    var isWhole = false
    for section in sections {
      switch section.name {
      case "AddOns":
        heads += 1
        if heads > 1 { report.error("a second [AddOns] section", position: section.position) }
        isWhole = readHead(section, into: &manifest)
      case "Manifest": add(objects(section).map { .objects($0) }, to: &manifest, at: section)
      case "Cilium": add(cilium(section).map { .cilium($0) }, to: &manifest, at: section)
      case "NodeLabels": readLabels(section, into: &manifest)
      default: report.error("unknown section [\(section.name)]", position: section.position)
      }
    }
    let start = SourcePosition(line: 1, column: 1)
    if heads == 0 { report.error("no [AddOns] section", position: start) }
    if sections.allSatisfy({ $0.name == "AddOns" }) {
      report.error("no [Manifest], [Cilium] or [NodeLabels] section: there is nothing to apply", position: start)
    }
    return isWhole ? manifest : nil
  }

  private mutating func readHead(_ section: Section, into manifest: inout AddOnManifest) -> Bool {
    checkKeys(section, single: ["Kubeconfig", "Kubectl", "StateDirectory"])
    let kubeconfig = absolutePath("Kubeconfig", in: section)
    let kubectl = absolutePath("Kubectl", in: section)
    let stateDirectory = absolutePath("StateDirectory", in: section)
    guard let kubeconfig, let kubectl, let stateDirectory else { return false }
    manifest.kubeconfig = kubeconfig
    manifest.kubectl = kubectl
    manifest.stateDirectory = stateDirectory
    return true
  }

  private mutating func objects(_ section: Section) -> AddOnManifest.Objects? {
    checkKeys(section, single: ["Path"])
    return absolutePath("Path", in: section).map { AddOnManifest.Objects(path: $0) }
  }

  private mutating func cilium(_ section: Section) -> AddOnManifest.Cilium? {
    checkKeys(section, single: ["Program", "ChartDirectory", "Version", "Values"])
    let program = absolutePath("Program", in: section)
    let chart = absolutePath("ChartDirectory", in: section)
    let version = required("Version", in: section)
    let values = absolutePath("Values", in: section)
    guard let program, let chart, let version, let values else { return nil }
    return AddOnManifest.Cilium(program: program, chartDirectory: chart, version: version, values: values)
  }

  private mutating func add(_ addOn: AddOnManifest.AddOn?, to manifest: inout AddOnManifest, at section: Section) {
    guard let addOn else { return }
    if !KubernetesName.isDataKey(addOn.name) {
      report.error(
        "\(addOn.name.debugDescription) is no name for an add-on: letters, digits, `-`, `_` and `.` only",
        position: section.position)
    }
    if manifest.addOns.contains(where: { $0.name == addOn.name }) {
      report.error("a second add-on called \(addOn.name)", position: section.position)
    }
    manifest.addOns.append(addOn)
  }

  private mutating func readLabels(_ section: Section, into manifest: inout AddOnManifest) {
    checkKeys(section, single: ["Node"], repeated: ["Label"])
    let node = required("Node", in: section)
    _ = required("Label", in: section)
    var labels: [String: String] = [:]
    for directive in values("Label", in: section) {
      guard let label = KubernetesName.label(directive.value) else {
        report.error("Label= is not key=value: \(directive.value.debugDescription)", position: directive.position)
        continue
      }
      if labels.updateValue(label.value, forKey: label.key) != nil {
        report.error("the label \(label.key) a second time", position: directive.position)
      }
    }
    guard let node else { return }
    if !KubernetesName.isSubdomain(node) {
      let place = values("Node", in: section).first?.position
      report.error("\(node.debugDescription) is no node's name", position: place)
    }
    if manifest.nodeLabels.contains(where: { $0.node == node }) {
      report.error("a second [NodeLabels] section for \(node)", position: section.position)
    }
    manifest.nodeLabels.append(AddOnManifest.NodeLabels(node: node, labels: labels))
  }
}
