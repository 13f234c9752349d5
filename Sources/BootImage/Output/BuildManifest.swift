import Crypto
import Diagnostics
public import Ignition
import Quadlet
import SystemdUnit

/// What one build made, for people and tools that compare builds: a hash of every config, file and unit.
public struct BuildManifest: Sendable {
  /// How the first line begins: the cluster's name comes first.
  static let headPrefix = "{\"cluster\":\""
  /// How the line of a node begins: its name comes first.
  static let nodePrefix = "{\"name\":\""

  private var nodes: [(name: String, line: [UInt8])] = []
  private let cluster: String
  private let spec: SpecVersion

  /// An empty manifest of a build of `cluster` at `spec`.
  public init(cluster: String, spec: SpecVersion) {
    self.cluster = cluster
    self.spec = spec
  }

  /// Adds a node with its content, the bytes of its config and the command that installs it.
  public mutating func add(
    _ node: ClusterDefinition.Node, content: NodeContent, config: [UInt8], installCommand: [String]
  ) {
    let files = content.files.sorted { $0.path < $1.path }.map { file in
      var members: [JSONText.Member] = [
        .init("path", .string(file.path)), .init("mode", .string(octal(file.mode))),
      ]
      switch file.contents {
      case .text(let text): members.append(.init("sha256", .string(Self.sha256(text.utf8))))
      case .download(let remote):
        members += [
          .init("source", .string(remote.url)), .init(remote.hash.function.rawValue, .string(remote.hash.hex)),
        ]
      }
      return JSONText.object(members)
    }
    let units = content.units.sorted { $0.name < $1.name }.map { unit in
      JSONText.object([
        .init("name", .string(unit.name)), .init("state", .string("\(unit.state)")),
        .init("sha256", unit.file.map { .string(Self.sha256($0.text.utf8)) } ?? .null),
      ])
    }
    let quadlets = content.quadlets.sorted { $0.unit.name < $1.unit.name }.map { quadlet in
      JSONText.object([
        .init("name", .string(quadlet.unit.name)), .init("service", .string(quadlet.unit.serviceName)),
        .init("sha256", .string(Self.sha256(quadlet.unit.file.text.utf8))),
      ])
    }
    nodes.append(
      (
        node.name,
        JSONText.object(
          [
            .init("name", .string(node.name)), .init("role", .string(node.role.rawValue)),
            .init("config", .string("\(node.name).ign")), .init("spec", .string(spec.rawValue)),
            .init("bootstrap", .boolean(content.initialises)),
          ] + (content.isLab ? [.init("insecureLab", .boolean(true))] : []) + [
            .init("size", .integer(config.count)),
            .init("install", .array(installCommand.map { .string($0) })),
            .init("sha256", .string(Self.sha256(config))),
            .init(
              "missing",
              .array((content.missing.sealed + content.missing.programs + content.missing.anchors).map { .string($0) })),
            .init("files", .array(files)), .init("units", .array(units)), .init("quadlets", .array(quadlets)),
          ]
        ).compact
      ))
  }

  /// Keeps what an earlier manifest said of a node that this build does not touch.
  mutating func keep(_ entry: PreviousOutputs.Entry) { nodes.append((entry.node, entry.line)) }

  /// The manifest as JSON: a node on each line, ordered by name.
  public var bytes: [UInt8] {
    var bytes = JSONText.object([.init("cluster", .string(cluster))]).compact
    bytes.removeLast()
    bytes += ",\"nodes\":[\n".utf8
    for (index, node) in nodes.sorted(by: { $0.name < $1.name }).enumerated() {
      if index > 0 { bytes += ",\n".utf8 }
      bytes += node.line
    }
    return bytes + "\n]}\n".utf8
  }

  private func octal(_ mode: Int) -> String {
    let digits = String(mode, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  static func sha256(_ bytes: some Sequence<UInt8>) -> String {
    var hash = SHA256()
    let contiguous = Array(bytes)
    contiguous.withUnsafeBytes { hash.update(bufferPointer: $0) }
    return hash.finalize().hex
  }
}
