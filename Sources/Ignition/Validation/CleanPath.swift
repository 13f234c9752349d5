/// Absolute paths as Go's `path` package sees them.
enum CleanPath {
  /// What is wrong with a path that must be absolute and in its shortest form; `nil` where nothing is.
  static func fault(_ path: String) -> String? {
    if path.isEmpty { return "path not specified" }
    if path.utf8.first != UInt8(ascii: "/") { return "path not absolute" }
    return isClean(path) ? nil : "path is not fully simplified"
  }

  private static func isClean(_ path: String) -> Bool {
    if path.utf8.count == 1 { return true }
    // Every part between slashes must be there, and be neither "." nor "..".
    var length = 0
    var dots = 0
    for byte in path.utf8.dropFirst() {
      if byte == UInt8(ascii: "/") {
        if length == 0 || length == dots && dots <= 2 { return false }
        (length, dots) = (0, 0)
      } else {
        length += 1
        if byte == UInt8(ascii: ".") { dots += 1 }
      }
    }
    return !(length == 0 || length == dots && dots <= 2)
  }

  /// An absolute path in its shortest form.
  static func cleaned(_ path: String) -> String {
    var parts: [Substring.UTF8View] = []
    for part in path.utf8.split(separator: UInt8(ascii: "/")) where !part.elementsEqual(".".utf8) {
      if part.elementsEqual("..".utf8) { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.map { String(Substring($0)) }.joined(separator: "/")
  }

  /// What follows the last dot of a path's last part, with the dot; empty where there is none.
  static func suffix(_ path: String) -> Substring {
    let start = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path.utf8.index(after: $0) } ?? path.startIndex
    let name = path.utf8[start...]
    return name.lastIndex(of: UInt8(ascii: ".")).map { Substring(name[$0...]) } ?? ""
  }
}
