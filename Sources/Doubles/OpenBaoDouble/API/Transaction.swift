/// What is stored, as one request sees it: its own changes over what was committed.
struct Transaction: Sendable {
  private let committed: [String: JSONValue]
  /// What the request changed; `nil` deletes.
  private(set) var changes: [String: JSONValue?] = [:]

  init(_ committed: [String: JSONValue]) { self.committed = committed }

  subscript(path: String) -> JSONValue? {
    get {
      if let change = changes[path] { return change }
      return committed[path]
    }
    set { changes[path] = .some(newValue) }
  }

  /// The names right below `folder` (which ends in `/`); those of folders end in `/`.
  func names(under folder: String) -> [String] {
    var found: Set<String> = []
    for path in paths(under: folder) {
      let rest = path.dropFirst(folder.count)
      if let slash = rest.firstIndex(of: "/") {
        found.insert(String(rest[...slash]))
      } else {
        found.insert(String(rest))
      }
    }
    return found.sorted()
  }

  /// All paths below `folder`.
  func paths(under folder: String) -> [String] {
    var found = Set(committed.keys.filter { $0.hasPrefix(folder) })
    for (path, change) in changes where path.hasPrefix(folder) {
      if change == nil { found.remove(path) } else { found.insert(path) }
    }
    return found.sorted()
  }

  /// Deletes everything below `folder`.
  mutating func removeAll(under folder: String) {
    for path in paths(under: folder) { self[path] = nil }
  }
}
