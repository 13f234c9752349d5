import Glibc
import LocalFiles

/// What this node has applied: one file per add-on with its hash. It says which version came from here, and so whether
/// a different one in the cluster is newer than ours (another master's) or older.
struct AddOnState: Sendable {
  /// An absolute path; made where it is missing.
  let folder: String

  private func path(_ name: String) -> String { "\(folder)/\(name).sha256" }

  /// The hash that was applied last, or found applied; `nil` where there is none or it is not one.
  func hash(of name: String) -> String? {
    let bytes: [UInt8]
    do throws(RegularFile.Fault) {
      bytes = try RegularFile(path: path(name), limit: 256).contents()
    } catch {
      // What cannot be read is replaced when the hash is kept, and what cannot be replaced is said then.
      return nil
    }
    let text = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    return text.utf8.count == 64 ? text : nil
  }

  /// Keeps a hash: whole or not at all, also when the power fails.
  func keep(_ hash: String, of name: String) throws(AddOnFault) {
    if self.hash(of: name) == hash { return }
    try makeFolder()
    do throws(FileFault) {
      try DurableFile(path: path(name)).replace(with: Array("\(hash)\n".utf8), mode: 0o644)
    } catch {
      throw fault(error)
    }
  }

  private func makeFolder() throws(AddOnFault) {
    var made = ""
    for part in folder.split(separator: "/") {
      made += "/\(part)"
      guard mkdir(made, 0o755) == 0 || errno == EEXIST else { throw fault(FileFault(.make, made, code: errno)) }
    }
  }

  private func fault(_ fault: FileFault) -> AddOnFault {
    AddOnFault("the hash cannot be kept: \(fault.action.rawValue) \(fault.path): \(fault.reason)")
  }
}
