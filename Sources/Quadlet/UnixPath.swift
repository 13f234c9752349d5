/// Paths by their text alone, as Go's `path/filepath` treats them on Unix.
enum UnixPath {
  /// The shortest path that names the same file by its text; `.` for the empty path.
  static func clean(_ path: String) -> String {
    if isClean(path) { return path }
    let isAbsolute = path.hasPrefix("/")
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part != ".." {
        parts.append(part)
      } else if let last = parts.last, last != ".." {
        parts.removeLast()
      } else if !isAbsolute {
        parts.append(part)
      }
    }
    let joined = parts.joined(separator: "/")
    return isAbsolute ? "/" + joined : joined.isEmpty ? "." : joined
  }

  /// Whether no part of `path` is empty or begins with a dot, so that there is nothing to clean.
  private static func isClean(_ path: String) -> Bool {
    var previous: UInt8?
    for byte in path.utf8 {
      let startsPart = previous == nil || previous == UInt8(ascii: "/")
      if startsPart, byte == UInt8(ascii: "."), path.utf8.count > 1 { return false }
      if previous == UInt8(ascii: "/"), byte == UInt8(ascii: "/") { return false }
      previous = byte
    }
    return previous != nil && (previous != UInt8(ascii: "/") || path.utf8.count == 1)
  }

  /// `path` under `folder`.
  static func join(_ folder: String, _ path: String) -> String {
    clean(folder.isEmpty ? path : path.isEmpty ? folder : folder + "/" + path)
  }

  /// Everything before the last slash, cleaned; `.` where there is none.
  static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return clean(String(path[...slash]))
  }

  /// The part after the last slash.
  static func name(of path: String) -> String {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[path.index(after: $0)...]) } ?? path
  }

  /// The suffix with its dot, from the last dot of the name; empty where there is none.
  static func suffix(of name: String) -> String {
    name.utf8.lastIndex(of: UInt8(ascii: ".")).map { String(name[$0...]) } ?? ""
  }
}
