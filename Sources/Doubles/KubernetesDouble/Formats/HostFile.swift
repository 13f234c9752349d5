import Foundation

/// Files of the host, with Go's words for what is wrong with them.
enum HostFile {
  static func bytes(_ path: String) throws(Refusal) -> [UInt8] {
    do {
      return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
        throw Refusal("open \(path): no such file or directory")
      }
      throw Refusal(isFolder.boolValue ? "read \(path): is a directory" : "open \(path): permission denied")
    }
  }

  static func text(_ path: String) throws(Refusal) -> String {
    let bytes = try bytes(path)
    guard let text = String(validating: bytes, as: UTF8.self) else { throw Refusal("\(path): not UTF-8") }
    return text
  }

  /// Names in a folder in byte order, without those that begin with a dot.
  static func names(in folder: String) throws(Refusal) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }.sorted()
    } catch {
      throw Refusal("open \(folder): no such file or directory")
    }
  }

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  static func makeFolder(_ path: String) throws(Refusal) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw Refusal("mkdir \(path): \(error)")
    }
  }

  static func write(_ bytes: [UInt8], to path: String) throws(Refusal) {
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw Refusal("write \(path): \(error)")
    }
  }
}
