extension BootChain {
  /// The chain as a Mermaid flowchart: an arrow means "is ready before", a dotted one "starts, each time".
  public var mermaid: String {
    var lines = ["flowchart TD"]
    for stage in stages {
      let label = "\(stage.unit)<br/><small>\(escaped(stage.proof))</small>"
      lines.append("  \(identifier(stage.unit))[\"\(label)\"]")
    }
    for (unit, after) in directOrder {
      for earlier in after { lines.append("  \(identifier(earlier)) --> \(identifier(unit))") }
    }
    for stage in stages where stage.start == .demand {
      for starter in stages where starter.wants.contains(stage.unit) {
        lines.append("  \(identifier(starter.unit)) -. starts .-> \(identifier(stage.unit))")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func identifier(_ unit: String) -> String {
    String(unit.map { $0.isLetter || $0.isNumber ? $0 : "_" })
  }

  private func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "\"": result += "#quot;"
      case "<": result += "#lt;"
      case ">": result += "#gt;"
      default: result.append(character)
      }
    }
  }
}
