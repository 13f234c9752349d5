/// Keeps what a Summary says of the node, and counts its pods and their containers.
struct SummaryVisitor: JSONVisitor {
  enum Key: String, CaseIterable { case node, pods, containers }

  static let depth = 4
  static let kept: Key? = .node

  private var node: [UInt8]?
  private var pods = 0
  private var containers = 0

  mutating func keep(_ json: [UInt8]) { node = json }

  mutating func visit(_ token: JSONToken, at path: [JSONStep<Key>]) throws(KubeletError) {
    switch path.count {
    case 0: guard token == .beginObject || token == .endObject else { throw .malformed("no object") }
    case 1 where path[0] == .key(.pods): try list(token, "pods")
    case 2 where path[0] == .key(.pods): if try isEnd(token, "pods.\(pods)") { pods += 1 }
    case 3 where path[0] == .key(.pods) && path[2] == .key(.containers): try list(token, "pods.\(pods).containers")
    case 4 where path[0] == .key(.pods) && path[2] == .key(.containers):
      if try isEnd(token, "pods.\(pods).containers") { containers += 1 }
    default: break
    }
  }

  private func list(_ token: JSONToken, _ place: @autoclosure () -> String) throws(KubeletError) {
    guard token == .beginArray || token == .endArray || token == .null else {
      throw .malformed("\(place()) has another type")
    }
  }

  private func isEnd(_ token: JSONToken, _ place: @autoclosure () -> String) throws(KubeletError) -> Bool {
    guard token == .beginObject || token == .endObject else { throw .malformed("\(place()) has another type") }
    return token == .endObject
  }
}

/// Reads the answer of `/stats/summary`. A type of its own, so that the compiler makes a scanner for it: one for any visitor asks for each byte
/// which visitor it has.
struct SummaryReader: AnswerReader {
  private var scanner = JSONScanner(SummaryVisitor())

  init() {}
  mutating func read(_ bytes: UnsafeRawBufferPointer) { scanner.read(bytes) }
  mutating func value() throws(KubeletError) -> StatsSummary {
    try scanner.end()
    return try scanner.visitor.value()
  }
}

extension SummaryVisitor {
  fileprivate func value() throws(KubeletError) -> StatsSummary {
    guard let node else { throw .malformed("no node") }
    return try StatsSummary(node: node, pods: pods, containers: containers)
  }
}
