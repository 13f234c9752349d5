/// Which image names mean one image only.
enum ImageNames {
  /// Whether `name` names a registry, or is an image's full id. Any other name depends on the host's search list.
  static func isUnambiguous(_ name: String) -> Bool {
    if name.hasPrefix("sha256:") || name.utf8.count == 64 && name.allSatisfy(\.isHexDigit) { return true }
    guard let slash = name.firstIndex(of: "/") else { return false }
    let domain = name[..<slash]
    return domain == "localhost" || domain.contains(".") || domain.contains(":")
  }
}
