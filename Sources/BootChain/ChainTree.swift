/// The chain as a tree for a terminal: each stage under the stage that it waits for last, with its proof, and `also after` for the others.
public struct ChainTree: Sendable {
  private let chain: BootChain
  private let children: [String: [Stage]]
  private let others: [String: [String]]
  private let roots: [Stage]

  /// The tree of `chain`.
  public init(_ chain: BootChain) {
    self.chain = chain
    var children: [String: [Stage]] = [:]
    var others: [String: [String]] = [:]
    var roots: [Stage] = []
    let depth = chain.depths
    for (unit, after) in chain.directOrder {
      guard let stage = chain[unit] else { continue }
      // The deepest predecessor is the one that a boot usually waits for; among equals the later one in the chain.
      guard let parent = after.enumerated().max(by: { (depth[$0.1] ?? 0, $0.0) < (depth[$1.1] ?? 0, $1.0) })?.1 else {
        roots.append(stage)
        continue
      }
      children[parent, default: []].append(stage)
      others[unit] = after.filter { $0 != parent }
    }
    self.children = children
    self.others = others
    self.roots = roots
  }

  /// The tree as lines of text, ending with a newline.
  public var text: String {
    var lines: [String] = []
    for root in roots { add(root, indent: "", branch: "", to: &lines) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func add(_ stage: Stage, indent: String, branch: String, to lines: inout [String]) {
    lines.append("\(branch)\(stage.unit)  \(stage.summary)")
    let below = children[stage.unit] ?? []
    let margin = indent + (below.isEmpty ? "   " : "│  ")
    lines.append("\(margin)ready: \(stage.proof)")
    if let also = others[stage.unit], !also.isEmpty {
      lines.append("\(margin)also after: \(also.joined(separator: ", "))")
    }
    for (index, child) in below.enumerated() {
      let isLast = index == below.count - 1
      add(child, indent: indent + (isLast ? "   " : "│  "), branch: indent + (isLast ? "└─ " : "├─ "), to: &lines)
    }
  }
}

extension BootChain {
  /// How many stages stand before each, along its longest way; a stage that waits for nothing has 0.
  var depths: [String: Int] {
    var depths: [String: Int] = [:]
    for stage in stages { depths[stage.unit] = (stage.after.compactMap { depths[$0] }.max() ?? -1) + 1 }
    return depths
  }
}
