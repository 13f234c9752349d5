import VerifiedHTTP

/// Counts the pods of a v1 PodList by `status.phase`. A kubelet without pods answers with `"items": null`.
struct PodListVisitor: JSONVisitor {
  enum Key: String, CaseIterable { case kind, items, status, phase }
  private typealias Step = JSONStep<Key>

  static let depth = 4

  private var kind: String?
  private var phases = PodPhases()
  private var phase: [UInt8]?
  private var index = 0

  mutating func visit(_ token: JSONToken, at path: [JSONStep<Key>]) throws(KubeletError) {
    switch path.count {
    case 0: guard token == .beginObject || token == .endObject else { throw .malformed("no object") }
    case 1: try member(token, path[0])
    case 2 where path[0] == .key(.items): try item(token)
    case 3 where path[0] == .key(.items) && path[2] == .key(.status):
      guard token == .beginObject || token == .endObject || token == .null else {
        throw another("items.\(index).status")
      }
    case 4 where path[0] == .key(.items) && path[2] == .key(.status) && path[3] == .key(.phase):
      switch token {
      case .string(let text): phase = text
      case .null: phase = nil
      default: throw another("items.\(index).status.phase")
      }
    default: break
    }
  }

  private mutating func member(_ token: JSONToken, _ step: Step) throws(KubeletError) {
    switch (step, token) {
    case (.key(.kind), .string(let text)): kind = String(decoding: text, as: UTF8.self)
    case (.key(.kind), _): throw another("kind")
    case (.key(.items), .beginArray), (.key(.items), .endArray), (.key(.items), .null): break
    case (.key(.items), _): throw another("items")
    default: break
    }
  }

  private mutating func item(_ token: JSONToken) throws(KubeletError) {
    switch token {
    case .beginObject: phase = nil
    case .endObject:
      count()
      index += 1
    default: throw another("items.\(index)")
    }
  }

  private mutating func count() {
    switch phase.map({ String(decoding: $0, as: UTF8.self) }) {
    case "Pending": phases.pending += 1
    case "Running": phases.running += 1
    case "Succeeded": phases.succeeded += 1
    case "Failed": phases.failed += 1
    default: phases.unknown += 1
    }
  }

  private func another(_ place: String) -> KubeletError { .malformed("\(place) has another type") }
}

/// Reads the answer of `/pods`. A type of its own, so that the compiler makes a scanner for it: one for any visitor asks for each byte
/// which visitor it has.
struct PodListReader: AnswerReader {
  private var scanner = JSONScanner(PodListVisitor())

  init() {}
  mutating func read(_ bytes: UnsafeRawBufferPointer) { scanner.read(bytes) }
  mutating func value() throws(KubeletError) -> PodPhases {
    try scanner.end()
    return try scanner.visitor.value()
  }
}

extension PodListVisitor {
  fileprivate func value() throws(KubeletError) -> PodPhases {
    guard let kind else { throw .malformed("no kind") }
    guard kind == "PodList" else { throw .malformed("a \(OneLine.of(kind.prefix(40))) instead of a PodList") }
    return phases
  }
}
