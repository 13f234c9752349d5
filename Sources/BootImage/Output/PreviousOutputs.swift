/// What the last build left in an output folder: the node lines of its manifest.
///
/// The manifest is JSON with a node on each line, so that a build of one node can keep the others' lines to the byte.
struct PreviousOutputs {
  /// A node's line and its config's file name.
  struct Entry {
    var node: String
    var line: [UInt8]
    var file: String { "\(node).ign" }
    /// Whether it has insecure stand-ins for its secrets.
    var isLab: Bool { line.holds(Array("\"insecureLab\":true,".utf8)) }

    /// Whether the line is whole and tells of a config with this hash.
    func describes(sha256: String) -> Bool {
      line.last == UInt8(ascii: "}")
        && line.holds(Array("\"config\":\"\(file)\",".utf8)) && line.holds(Array("\"sha256\":\"\(sha256)\"".utf8))
    }
  }

  /// The cluster whose outputs they are; `nil` where there were none.
  private(set) var cluster: String?
  /// The nodes of the last build; empty where there was none.
  private(set) var entries: [Entry] = []

  /// Nothing.
  init() {}

  /// The nodes in the manifest `bytes`; whatever is not a line of ours is passed over.
  init(manifest bytes: [UInt8]) {
    for raw in bytes.split(separator: UInt8(ascii: "\n")) {
      var line = raw
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      if cluster == nil, line.starts(with: BuildManifest.headPrefix.utf8) {
        cluster = String(
          decoding: line.dropFirst(BuildManifest.headPrefix.utf8.count).prefix { $0 != UInt8(ascii: "\"") },
          as: UTF8.self)
      }
      guard line.starts(with: BuildManifest.nodePrefix.utf8) else { continue }
      let name = line.dropFirst(BuildManifest.nodePrefix.utf8.count).prefix { $0 != UInt8(ascii: "\"") }
      let node = String(decoding: name, as: UTF8.self)
      guard Names.isLabel(node) else { continue }
      if line.last == UInt8(ascii: ",") { line.removeLast() }
      entries.append(Entry(node: node, line: Array(line)))
    }
  }

  /// Whether `bytes` are a manifest of this program.
  static func isOurs(_ bytes: [UInt8]) -> Bool { bytes.starts(with: BuildManifest.headPrefix.utf8) }
}
