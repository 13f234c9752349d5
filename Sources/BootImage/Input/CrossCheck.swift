public import Diagnostics

/// Everything wrong between a cluster and its images, which neither file shows alone: a role without an image, releases
/// that do not work together. Findings name the file that they are in.
public func crossCheck(
  cluster: Document<ClusterDefinition>, images: [NodeRole: Document<ImageDefinition>]
) -> Report {
  var report = Report()
  for role in NodeRole.allCases where images[role] == nil {
    guard let node = cluster.definition.nodes.first(where: { $0.role == role }) else { continue }
    let path = ValuePath.root.appending("nodes").appending(node.index).appending("role")
    report.error(
      "node \(shown(node.name)) needs the \(role) image, which is missing or has errors", path: path,
      file: cluster.marks.file, position: cluster.marks[path])
  }
  guard let master = images[.master], let worker = images[.worker] else { return report }
  func release(_ component: Component, in image: Document<ImageDefinition>) -> ReleaseVersion? {
    image.definition.components[component].flatMap { ReleaseVersion($0.version) }
  }
  func place(_ component: Component) -> String {
    let line = master.marks[VersionSkew.path(of: component)].map { ":\($0.line)" } ?? ""
    return " (\(master.marks.file)\(line))"
  }
  let kubeletPath = VersionSkew.path(of: .kubelet)
  if let kubelet = release(.kubelet, in: worker) {
    if let server = release(.kubeAPIServer, in: master),
      let fault = VersionSkew.fault(of: "kubelet \(kubelet)", kubelet, server, place(.kubeAPIServer), limit: 3)
    {
      report.error(fault, path: kubeletPath, file: worker.marks.file, position: worker.marks[kubeletPath])
    } else if let other = release(.kubelet, in: master), other != kubelet {
      report.warning(
        "kubelet \(kubelet) differs from the masters' \(other)\(place(.kubelet)): well during an upgrade, not for long",
        path: kubeletPath, file: worker.marks.file, position: worker.marks[kubeletPath])
    }
  }
  let baoPath = VersionSkew.path(of: .openbao)
  if let agent = release(.openbao, in: worker), let server = release(.openbao, in: master), agent > server {
    report.warning(
      "the OpenBao agent \(agent) is newer than the masters' OpenBao \(server)\(place(.openbao))", path: baoPath,
      file: worker.marks.file, position: worker.marks[baoPath])
  }
  return report
}
