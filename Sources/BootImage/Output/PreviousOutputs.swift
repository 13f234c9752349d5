/// What the last build left in an output folder: the node lines of its manifest.
///
/// The manifest is JSON with a node on each line, so that a build of one node can keep the others' lines to the byte.
struct PreviousOutputs {
  /// A node's line and its config's file name.
  struct Entry {
    var node: String
    var line: String
    var file: String { "\(node).ign" }
  }

  /// The nodes of the last build; empty where there was none.
  private(set) var entries: [Entry] = []

  /// The nodes in the manifest `text`; whatever is not a line of ours is passed over.
  init(manifest text: String) {
    for line in text.split(separator: "\n") where line.hasPrefix(BuildManifest.nodePrefix) {
      let node = line.dropFirst(BuildManifest.nodePrefix.count).prefix { $0 != "\"" }
      guard Names.isLabel(String(node)) else { continue }
      entries.append(Entry(node: String(node), line: String(line.hasSuffix(",") ? line.dropLast() : line)))
    }
  }
}
