import Glibc
import LocalFiles

/// The files of a folder, and whether any of them changed. A folder is looked at again and again: it is small, and what
/// is put there by rename or link is seen the same way.
struct WatchedFolder: Sendable {
  /// What tells one state of the folder from another.
  struct Stamp: Sendable, Hashable {
    struct Entry: Sendable, Hashable {
      var name: String
      var file: FileStamp
    }
    var entries: [Entry]
  }

  let path: String
  /// What a file's name ends with to be one of them.
  let suffixes: [String]

  /// The files as they are now, in the order of their names; hidden ones left out.
  func stamp() throws(OperatorError) -> Stamp {
    let names: [String]
    do throws(FileFault) {
      guard let found = try LocalFolder(path: path).names() else { throw FileFault(.read, path, code: ENOENT) }
      names = found
    } catch {
      throw .file(path, error.reason)
    }
    var entries: [Stamp.Entry] = []
    for name in names where !name.hasPrefix(".") && suffixes.contains(where: name.hasSuffix) {
      guard let file = FileStamp(path: "\(path)/\(name)") else {
        // Gone between the listing and the look: the next look is whole again.
        if errno == ENOENT { continue }
        throw .file("\(path)/\(name)", String(cString: strerror(errno)))
      }
      entries.append(Stamp.Entry(name: name, file: file))
    }
    return Stamp(entries: entries)
  }

  /// A file's bytes.
  func contents(_ name: String) throws(OperatorError) -> [UInt8] {
    let file = "\(path)/\(name)"
    guard let bytes = try OperatorFile.contents(ifThere: file) else {
      throw .file(file, String(cString: strerror(ENOENT)))
    }
    return bytes
  }
}
