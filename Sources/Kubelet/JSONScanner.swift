/// What a ``JSONScanner`` came to.
enum JSONToken: Sendable, Equatable {
  case beginObject, endObject, beginArray, endArray
  /// A string, without its quotes, its escapes as they were written.
  case string([UInt8])
  /// A number, `true` or `false`.
  case scalar
  case null
}

/// Where a value stands: one step for each container around it.
enum JSONStep<Key: Sendable & Equatable>: Sendable, Equatable {
  case key(Key)
  /// Under a key that nobody asked for.
  case otherKey
  /// In an array.
  case element
}

/// Who takes part of a JSON text.
protocol JSONVisitor: Sendable {
  /// The keys that it looks for.
  associatedtype Key: RawRepresentable<String> & CaseIterable & Sendable & Equatable
  /// How many containers deep it looks. What lies deeper is checked and skipped.
  static var depth: Int { get }
  /// The member of the text's object whose value it wants as it is written.
  static var kept: Key? { get }
  /// Takes the value of ``kept``.
  mutating func keep(_ json: [UInt8]) throws(KubeletError)
  /// A value, or the end of one that contains others, at `path`.
  mutating func visit(_ token: JSONToken, at path: [JSONStep<Key>]) throws(KubeletError)
}

extension JSONVisitor {
  static var kept: Key? { nil }
  mutating func keep(_ json: [UInt8]) {}
}

/// Reads JSON (RFC 8259) as it comes, in pieces of any length. The text is checked as a whole, and nothing of it is kept but the
/// string at hand and what the visitor keeps: a full node's list of pods is megabytes long, and one word of each is wanted. What
/// lies under a key that nobody asked for is gone over without looking at its meaning.
struct JSONScanner<Visitor: JSONVisitor>: Sendable {
  /// Who takes what it came to.
  var visitor: Visitor
  private let keys = Visitor.Key.allCases.map { (name: Array($0.rawValue.utf8), key: $0) }
  private var grammar = JSONGrammar()
  /// How deep is looked just now: less deep than the visitor looks within a container that nobody asked for.
  private var limit = Visitor.depth
  /// A step for each open container that is looked into.
  private var path: [JSONStep<Visitor.Key>] = []
  private var text: [UInt8] = []
  private var value: [UInt8]?
  private var fault: KubeletError?

  /// A scanner before the first byte.
  init(_ visitor: Visitor) { self.visitor = visitor }

  /// The next piece. After a fault nothing more is read.
  mutating func read(_ bytes: UnsafeRawBufferPointer) {
    guard fault == nil else { return }
    do throws(KubeletError) { try scan(bytes) } catch { fault = error }
  }

  private mutating func scan(_ bytes: UnsafeRawBufferPointer) throws(KubeletError) {
    var index = 0
    while index < bytes.count {
      if grammar.depth > limit, value == nil {
        index = grammar.skip(bytes, from: index, deeperThan: limit)
        if index == bytes.count { return }
      } else if grammar.isInString {
        let start = index
        index = JSONGrammar.plain(bytes, from: index)
        let plain = UnsafeRawBufferPointer(rebasing: bytes[start..<index])
        if isKept { text.append(contentsOf: plain) }
        value?.append(contentsOf: plain)
        if index == bytes.count { return }
      }
      let byte = bytes[index]
      let isKeeping = value != nil
      try take(byte)
      if isKeeping { value?.append(byte) }
      index += 1
    }
  }

  /// After the last piece: throws the fault of one of them, or that the text is not whole.
  mutating func end() throws(KubeletError) {
    if let fault { throw fault }
    if grammar.endsNumber { try value(.scalar) }
    guard grammar.isWhole else { throw .malformed("the JSON is cut off") }
  }

  private var isKept: Bool { grammar.depth <= limit }

  private mutating func take(_ byte: UInt8) throws(KubeletError) {
    switch try grammar.take(byte) {
    case .nothing: break
    case .beginString: text.removeAll(keepingCapacity: true)
    case .inString: if isKept { text.append(byte) }
    case .endString: if grammar.isKey { key() } else { try value(.string(text)) }
    case .null: try value(.null)
    case .scalar: try value(.scalar)
    case .numberThen(let structure):
      try value(.scalar)
      try container(structure)
    case .structure(let structure): try container(structure)
    }
  }

  private mutating func container(_ structure: JSONGrammar.Structure) throws(KubeletError) {
    let endsMember = structure == .comma ? grammar.depth == 1 : structure == .endObject && grammar.depth == 0
    if endsMember, let whole = value {
      value = nil
      // What was kept begins before the colon.
      try visitor.keep(Array(whole.drop { $0 != UInt8(ascii: ":") }.dropFirst()))
    }
    switch structure {
    case .beginObject, .beginArray:
      // The grammar is inside already.
      let outside = grammar.depth - 1
      guard outside <= limit else { return }
      let isObject = structure == .beginObject
      try visitor.visit(isObject ? .beginObject : .beginArray, at: path)
      if path.last == .otherKey {
        limit = outside
      } else if grammar.depth <= limit {
        path.append(isObject ? .otherKey : .element)
      }
    case .endObject, .endArray:
      guard isKept else { return }
      if grammar.depth < limit { path.removeLast() }
      limit = Visitor.depth
      try visitor.visit(structure == .endObject ? .endObject : .endArray, at: path)
    case .comma: break
    }
  }

  private mutating func key() {
    guard isKept else { return }
    // A key with an escape in it is none of ours.
    path[path.count - 1] = keys.first { $0.name == text }.map { .key($0.key) } ?? .otherKey
    if let kept = Visitor.kept, path.count == 1, path[0] == .key(kept) { value = [] }
  }

  private mutating func value(_ token: JSONToken) throws(KubeletError) {
    if isKept { try visitor.visit(token, at: path) }
  }
}
