import Diagnostics

/// Which releases of Kubernetes' programs work together (kubernetes.io, "Version Skew Policy").
enum VersionSkew {
  /// Reports the pins of one image that do not fit each other.
  static func check(_ versions: [Component: String], _ marks: SourceMarks, _ report: inout Report) {
    let releases = versions.compactMapValues { ReleaseVersion($0) }
    if let server = releases[.kubeAPIServer] {
      let line = marks[path(of: .kubeAPIServer)].map { " (line \($0.line))" } ?? ""
      for (component, limit) in [(Component.kubeControllerManager, 1), (.kubeScheduler, 1), (.kubelet, 3)] {
        guard let release = releases[component],
          let fault = fault(of: "\(component) \(release)", release, server, line, limit: limit)
        else { continue }
        report.error(fault, path: path(of: component), position: marks[path(of: component)])
      }
      if let kubectl = releases[.kubectl], abs(kubectl.minorsBehind(server) ?? .max) > 1 {
        report.error(
          "kubectl \(kubectl) is more than one minor release away from kube-apiserver \(server)\(line)",
          path: path(of: .kubectl), position: marks[path(of: .kubectl)])
      }
    }
    if let kubelet = releases[.kubelet], let crio = releases[.crio], kubelet.minorsBehind(crio) != 0 {
      report.warning(
        "CRI-O \(crio) is made for another minor release than kubelet \(kubelet)", path: path(of: .crio),
        position: marks[path(of: .crio)])
    }
  }

  /// The place of a component's version.
  static func path(of component: Component) -> ValuePath {
    ValuePath.root.appending("components").appending(component.rawValue).appending("version")
  }

  /// Why `release` cannot work with kube-apiserver `server`; `nil` where it can. `limit` is how many minor releases it
  /// may be older.
  static func fault(
    of name: String, _ release: ReleaseVersion, _ server: ReleaseVersion, _ place: String, limit: Int
  ) -> String? {
    if release > server { return "\(name) is newer than kube-apiserver \(server)\(place)" }
    guard let behind = release.minorsBehind(server), behind <= limit else {
      let distance = limit == 1 ? "one minor release" : "\(limit) minor releases"
      return "\(name) is more than \(distance) older than kube-apiserver \(server)\(place)"
    }
    return nil
  }
}
