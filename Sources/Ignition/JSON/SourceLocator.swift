import Diagnostics

/// Finds the places of many values in one pass over a checked JSON text: nothing is kept of the values nobody asks for.
struct SourceLocator {
  private struct Node {
    var children: [Trail.Step: Int] = [:]
    var parent: Int
    var offset: Int?
  }

  private var nodes = [Node(parent: 0)]

  /// Asks for the value that `steps` lead to; the answer's key for ``offset(of:)``.
  mutating func want(_ steps: [Trail.Step]) -> Int {
    var current = 0
    for step in steps {
      if let child = nodes[current].children[step] {
        current = child
      } else {
        nodes.append(Node(parent: current))
        nodes[current].children[step] = nodes.count - 1
        current = nodes.count - 1
      }
    }
    return current
  }

  /// Where a value starts, or the nearest value around it that the text holds.
  func offset(of wanted: Int) -> Int {
    var current = wanted
    while current != 0, nodes[current].offset == nil { current = nodes[current].parent }
    return nodes[current].offset ?? 0
  }

  /// Finds everything asked for. The last of a repeated member counts.
  mutating func locate(in bytes: [UInt8]) {
    var cursor = JSONCursor(bytes)
    visit(0, &cursor)
  }

  private mutating func visit(_ node: Int, _ cursor: inout JSONCursor) {
    let first = cursor.next
    nodes[node].offset = cursor.index
    if nodes[node].children.isEmpty { return cursor.skipValue() }
    forget(below: node)
    switch first {
    case UInt8(ascii: "{"):
      cursor.index += 1
      while cursor.next != UInt8(ascii: "}") {
        if cursor.next == UInt8(ascii: ",") { cursor.index += 1 }
        let key = cursor.key()
        if let child = nodes[node].children[.key(key)] { visit(child, &cursor) } else { cursor.skipValue() }
      }
      cursor.index += 1
    case UInt8(ascii: "["):
      cursor.index += 1
      var position = 0
      while cursor.next != UInt8(ascii: "]") {
        if cursor.next == UInt8(ascii: ",") { cursor.index += 1 }
        if let child = nodes[node].children[.index(position)] { visit(child, &cursor) } else { cursor.skipValue() }
        position += 1
      }
      cursor.index += 1
    default: cursor.skipValue()
    }
  }

  private mutating func forget(below node: Int) {
    for child in nodes[node].children.values where nodes[child].offset != nil {
      nodes[child].offset = nil
      forget(below: child)
    }
  }
}
