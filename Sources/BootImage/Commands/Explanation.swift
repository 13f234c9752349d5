public import Diagnostics
import Quadlet
import SystemdUnit

/// Where a file or unit of a node comes from: which line of which input, and why.
public struct Explanation: Sendable {
  /// What was asked for.
  public var path: String
  /// What it is: a file, a directory, a link, a unit, a quadlet.
  public var kind: String
  /// Why it is there.
  public var reason: String
  /// The values it was made from, each with its place.
  public var inputs: [Source]
  /// The text that stands on the node; `nil` for what has none.
  public var text: String?

  /// A value of an input.
  public struct Source: Sendable {
    /// The input's file.
    public var file: String
    /// The value's path inside it.
    public var path: ValuePath
    /// Its place; `nil` where the input leaves it to its default.
    public var position: SourcePosition?
    /// The line of the input, without its indentation.
    public var line: String?
  }

  /// Everything on `plan`'s node that `path` names: a whole path, a unit's name, or a quadlet by its own or its service's name.
  public static func all(
    of path: String, in plan: NodePlan, inputs: BuildInputs, texts: [String: [UInt8]]
  ) -> [Explanation] {
    let content = plan.content()
    func explanation(_ kind: String, _ name: String, _ origin: Origin, _ text: String?) -> Explanation {
      Explanation(
        path: name, kind: kind, reason: origin.reason,
        inputs: origin.inputs.map { source(of: $0, role: plan.node.role, inputs: inputs, texts: texts) }, text: text)
    }
    var found: [Explanation] = []
    for file in content.files where file.path == path {
      switch file.contents {
      case .text(let text): found.append(explanation("file", file.path, file.origin, text))
      case .download(let remote):
        found.append(
          explanation("download", file.path, file.origin, "\(remote.url)\n\(remote.hash.ignition)\n"))
      }
    }
    for directory in content.directories where directory.path == path {
      found.append(explanation("directory", directory.path, directory.origin, nil))
    }
    for link in content.links where link.path == path {
      found.append(explanation("link to \(link.target)", link.path, link.origin, nil))
    }
    for unit in content.units where unit.name == path || "/etc/systemd/system/\(unit.name)" == path {
      found.append(explanation("unit (\(unit.state))", unit.name, unit.origin, unit.file?.text))
    }
    for quadlet in content.quadlets
    where [quadlet.unit.name, quadlet.unit.serviceName, "\(HostPath.quadlets)/\(quadlet.unit.name)"].contains(path) {
      found.append(
        explanation("quadlet of \(quadlet.unit.serviceName)", quadlet.unit.name, quadlet.origin, quadlet.unit.file.text)
      )
    }
    return found
  }

  /// Every name that ``all(of:in:inputs:texts:)`` knows on the node, sorted.
  public static func names(in plan: NodePlan) -> [String] {
    let content = plan.content()
    return
      (content.files.map(\.path) + content.directories.map(\.path) + content.links.map(\.path)
      + content.units.map(\.name) + content.quadlets.map(\.unit.name)).sorted()
  }

  private static func source(
    of input: Origin.Input, role: NodeRole, inputs: BuildInputs, texts: [String: [UInt8]]
  ) -> Source {
    let marks: SourceMarks?
    let path: ValuePath
    switch input {
    case .cluster(let value): (marks, path) = (inputs.cluster.marks, value)
    case .image(let value): (marks, path) = (inputs.images[role]?.marks, value)
    }
    let position = marks?[path]
    var line: String?
    if let position, let file = marks?.file, let bytes = texts[file] {
      let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      if position.line <= lines.count {
        line = String(decoding: lines[position.line - 1].drop { $0 == UInt8(ascii: " ") }, as: UTF8.self)
      }
    }
    return Source(file: marks?.file ?? "?", path: path, position: position, line: line)
  }
}
