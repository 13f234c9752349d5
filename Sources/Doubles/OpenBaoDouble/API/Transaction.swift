/// What is stored, as one request sees it: its own changes over what was committed.
struct Transaction: Sendable {
  private let committed: [String: JSONValue]
  /// What the request changed; `nil` deletes.
  private(set) var changes: [String: JSONValue?] = [:]

  /// The namespace that paths are in, such as `acme/`; empty for the root namespace.
  var namespace = ""

  init(_ committed: [String: JSONValue]) { self.committed = committed }

  subscript(path: String) -> JSONValue? {
    get {
      let place = place(path)
      if let change = changes[place] { return change }
      return committed[place]
    }
    set { changes[place(path)] = .some(newValue) }
  }

  // Tokens are found whatever namespace a request names.
  private func place(_ path: String) -> String {
    let isEverywhere = ["token/", "wrapped/", "core/"].contains { path.hasPrefix($0) }
    return namespace.isEmpty || isEverywhere ? path : "namespace/\(namespace)\(path)"
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
    let place = place(folder)
    var found = Set(committed.keys.filter { $0.hasPrefix(place) })
    for (path, change) in changes where path.hasPrefix(place) {
      if change == nil { found.remove(path) } else { found.insert(path) }
    }
    return found.map { String($0.dropFirst(place.count - folder.count)) }.sorted()
  }

  /// Deletes everything below `folder`.
  mutating func removeAll(under folder: String) {
    for path in paths(under: folder) { self[path] = nil }
  }
}
