import LocalFiles

/// The peers that a person declares absent: machines that do not exist yet, and that nobody has to wait for. A file with a name on each line; `#` begins
/// a comment.
///
/// It lies in `/run`: whoever vouches does so for this boot, and no image can do it for him.
public struct AbsentPeers: Sendable, Hashable {
  /// The file.
  public var path: String

  /// Where a person puts it unless told otherwise.
  public static let defaultPath = "/run/ll/bootstrap-absent-peers"

  /// The file at `path`.
  public init(path: String = AbsentPeers.defaultPath) { self.path = path }

  /// The names in it as it is now; none where there is no file.
  func names() throws(BootstrapFault) -> Set<String> {
    let bytes: [UInt8]
    do throws(RegularFile.Fault) {
      bytes = try RegularFile(path: path, limit: 64 << 10).contents()
    } catch {
      if error == .missing { return [] }
      throw BootstrapFault("\(path): \(error)")
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    return Set(
      lines.compactMap { line in
        let text = line.prefix { $0 != "#" }
        let words = text.split(whereSeparator: \.isWhitespace)
        return words.isEmpty ? nil : words.joined(separator: " ")
      })
  }
}
