import BootChain
public import Diagnostics

/// The inputs of a build as read from disk: one cluster and the image of each role.
public struct BuildInputs: Sendable {
  /// The cluster.
  public var cluster: Document<ClusterDefinition>
  /// The images by role.
  public var images: [NodeRole: Document<ImageDefinition>]

  /// Reads a cluster file and `images/<role>/image.yaml`. Everything wrong with any of them is in the report; inputs are returned only where it has
  /// no error. `images` is the folder with the two images; where it is `nil` it is looked for beside the cluster file and one folder up.
  public static func load(cluster path: String, images folder: String?) throws(FileError) -> (BuildInputs?, Report) {
    var (cluster, report) = ClusterFile.read(try HostFile.read(path), file: path)
    let folder = if let folder { folder } else { try defaultImages(for: path) }
    var images: [NodeRole: Document<ImageDefinition>] = [:]
    var isWhole = true
    for role in NodeRole.allCases {
      let path = "\(folder)/\(role.rawValue)/image.yaml"
      let isNeeded = cluster?.definition.nodes.contains { $0.role == role } ?? true
      if !isNeeded, try !HostFile.isThere(path) { continue }
      let (image, findings) = ImageFile.read(try HostFile.read(path), file: path)
      report.add(contentsOf: findings)
      images[role] = image
      if image == nil { isWhole = false }
    }
    guard let cluster else { return (nil, report) }
    if isWhole { report.add(contentsOf: crossCheck(cluster: cluster, images: images)) }
    return (report.hasErrors ? nil : BuildInputs(cluster: cluster, images: images), report)
  }

  private static func defaultImages(for path: String) throws(FileError) -> String {
    let beside = Path.parent(of: path)
    let candidates = ["\(beside)/images", "\(beside)/../images"]
    var found: String?
    for candidate in candidates where found == nil {
      for role in NodeRole.allCases where try HostFile.isThere("\(candidate)/\(role.rawValue)/image.yaml") {
        found = candidate
      }
    }
    return found.map(simplified) ?? candidates[0]
  }

  /// `clusters/../images` is `images`: what a person would have typed.
  private static func simplified(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/", omittingEmptySubsequences: false) {
      if part == "..", let last = parts.last, last != "..", last != "", last != "." {
        parts.removeLast()
      } else if part != "." {
        parts.append(part)
      }
    }
    return parts.isEmpty ? "." : parts.joined(separator: "/")
  }
}
