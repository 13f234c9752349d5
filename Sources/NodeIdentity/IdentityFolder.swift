import LocalFiles
import SecretMemory

/// The files of the state folder, by name, and what goes wrong with them in this room's words.
struct IdentityFolder {
  /// The folder.
  let folder: String
  /// Called before each step, with the file's name.
  var before: @Sendable (DurableFile.Step, String) -> Void = { _, _ in }

  /// Makes the folder, of mode 0700, where it is not there.
  func makeFolder() throws(NodeIdentityError) {
    do throws(FileFault) { try LocalFolder(path: folder).make() } catch { throw NodeIdentityError(error) }
  }

  /// Replaces a file by one of mode 0600, durably.
  func replace(_ name: String, with bytes: SecretBytes) throws(NodeIdentityError) {
    do throws(FileFault) {
      try bytes.withUnsafeBytes { bytes throws(FileFault) in
        try file(name).replace(with: bytes) { before($0, name) }
      }
    } catch {
      throw NodeIdentityError(error)
    }
  }

  /// Puts one file in the place of another, durably.
  func move(_ name: String, over other: String) throws(NodeIdentityError) {
    do throws(FileFault) {
      try file(name).move(over: file(other)) { before($0, $0 == .rename ? name : other) }
    } catch {
      throw NodeIdentityError(error)
    }
  }

  /// Removes a file, which may be gone.
  func remove(_ name: String) throws(NodeIdentityError) {
    do throws(FileFault) { try file(name).remove { before($0, name) } } catch { throw NodeIdentityError(error) }
  }

  /// The bytes of a file, at most 256 KiB; `nil` where there is none.
  func read(_ name: String) throws(NodeIdentityError) -> SecretBytes? {
    let file: RegularFile
    do throws(RegularFile.Fault) {
      file = try RegularFile(path: path(name), limit: 256 << 10, links: .refused)
    } catch {
      if error == .missing { return nil }
      guard let code = error.code else { throw .file(path(name), error.reason) }
      throw .system(action: FileFault.Action.read.rawValue, path: path(name), code: code)
    }
    do throws(SecretMemoryError) {
      return try SecretBytes.read(from: file.descriptor.number, limit: 256 << 10)
    } catch {
      throw .file(path(name), error.description)
    }
  }

  /// The names of the folder's files, ascending; none where there is no folder.
  func names() throws(NodeIdentityError) -> [String] {
    do throws(FileFault) { return try LocalFolder(path: folder).names() ?? [] } catch { throw NodeIdentityError(error) }
  }

  /// The path of one of the folder's files.
  func path(_ name: String) -> String { "\(folder)/\(name)" }

  private func file(_ name: String) -> DurableFile { DurableFile(path: path(name)) }
}

extension NodeIdentityError {
  fileprivate init(_ fault: FileFault) {
    self = .system(action: fault.action.rawValue, path: fault.path, code: fault.code)
  }
}
