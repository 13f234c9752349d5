/// Reads references to container images. Grammar: distribution's `reference`; a registry and a digest are mandatory
/// here, so that what runs neither depends on a host's search list nor on a tag that somebody moves.
enum ImageReference {
  /// The image that `text` names, or everything that is wrong with it, in words that follow `'image' `.
  static func read(_ text: String) throws(Faults) -> ContainerImage {
    // What follows an '@' that is not the digest's, or stands before one after a scheme, may be a password.
    if text.contains("://") || text.split(separator: "@", omittingEmptySubsequences: false).count > 2
      || text.firstIndex(of: "@").map({ !isDigestLike(text[$0...].dropFirst()) }) ?? false
    {
      throw Faults(messages: [
        "must be REGISTRY/REPOSITORY:TAG@sha256:…, without a scheme, a user or a password"
      ])
    }
    var faults: [String] = []
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts[0]
    var digest = ""
    if parts.count == 2 {
      digest = String(parts[1])
      if let fault = fault(inDigest: parts[1]) { faults.append(fault) }
    } else {
      let whole = Withheld.reason(for: text) == nil ? "write \(quoted("\(text)@sha256:…"))" : "add '@sha256:…'"
      faults.append("has no digest, and a tag can be moved: \(whole)")
    }
    var path = name.split(separator: "/", omittingEmptySubsequences: false)
    var registry = ""
    if path.count > 1, path[0].contains(where: { $0 == "." || $0 == ":" }) || path[0] == "localhost" {
      registry = String(path.removeFirst())
      if !HostPort.isHost(registry), HostPort(registry) == nil {
        faults.append("has no valid registry host: \(shown(address: registry))")
      }
    } else {
      faults.append("has no registry host: write it out, such as 'docker.io/library/haproxy'")
    }
    var tag: String?
    if let last = path.last, let colon = last.firstIndex(of: ":") {
      tag = String(last[last.index(after: colon)...])
      path[path.count - 1] = last[..<colon]
    }
    if let tag, !isTag(tag) { faults.append("has an invalid tag: \(shown(tag))") }
    let repository = path.joined(separator: "/")
    if !path.allSatisfy(isPathComponent) {
      faults.append("has an invalid repository (lower-case letters, digits, '.', '_', '-'): \(shown(repository))")
    }
    guard faults.isEmpty else { throw Faults(messages: faults) }
    return ContainerImage(registry: registry, repository: repository, tag: tag, digest: digest)
  }

  /// What is wrong with a reference.
  struct Faults: Error {
    var messages: [String]
  }

  private static func fault(inDigest digest: Substring) -> String? {
    guard digest.hasPrefix("sha256:") else { return "must have a digest 'sha256:…', not \(shown(digest))" }
    return Hexadecimal.fault(in: digest.dropFirst(7), digits: 64).map { "has a digest that \($0)" }
  }

  /// Whether `text` has the form of a digest, whatever its function and length: `NAME:HEX`.
  private static func isDigestLike(_ text: Substring) -> Bool {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    return parts.count == 2 && parts[0].hasPrefix("sha")
      && parts.allSatisfy { $0.utf8.allSatisfy(Names.isAlphanumeric) }
  }

  private static func isTag(_ tag: String) -> Bool {
    guard let first = tag.utf8.first, tag.utf8.count <= 128, first != UInt8(ascii: "."), first != UInt8(ascii: "-")
    else {
      return false
    }
    return tag.utf8.allSatisfy { Names.isAlphanumeric($0) || "._-".utf8.contains($0) }
  }

  /// One part of a repository: letters and digits, joined by one `.`, one or two `_`, or any number of `-`.
  private static func isPathComponent(_ part: Substring) -> Bool {
    guard let first = part.utf8.first, let last = part.utf8.last, Names.isLowerAlphanumeric(first),
      Names.isLowerAlphanumeric(last)
    else { return false }
    let separators = part.utf8.split(whereSeparator: Names.isLowerAlphanumeric)
    return separators.allSatisfy { separator in
      let text = String(Substring(separator))
      return [".", "_", "__"].contains(text) || text.allSatisfy { $0 == "-" }
    }
  }
}
