import Glibc

extension InitTemplates {
  /// Writes the files of a new cluster into `folder`, all or none: whatever stands in the way is found before the first is written, and what was
  /// written goes again where one fails.
  public static func write(into folder: String) throws(FileError) {
    for (path, _) in files {
      let target = "\(folder)/\(path)"
      if try HostFile.isThere(target) {
        throw FileError("cannot write", target, reason: "it exists already; nothing was written")
      }
      var parent = Path.parent(of: target)
      while parent != ".", parent != "/", !(try HostFile.isThere(parent)) { parent = Path.parent(of: parent) }
      guard HostFile.isFolder(parent) else {
        throw FileError("cannot write", target, reason: "\(parent) is not a folder; nothing was written")
      }
    }
    var written: [String] = []
    do throws(FileError) {
      for (path, text) in files {
        try HostFile.makeFolders(for: "\(folder)/\(path)")
        try HostFile.replace("\(folder)/\(path)", with: Array(text.utf8))
        written.append("\(folder)/\(path)")
      }
    } catch {
      for path in written { unlink(path) }
      throw error
    }
  }
}
