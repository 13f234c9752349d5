import Console
import LocalFiles
import NodeBoot

/// A file that the user named.
enum InputFile {
  /// Reads it, at most a mebibyte; where it cannot be read, says so and ends with ``Exit/environment``.
  static func read(_ path: String) throws -> [UInt8] {
    do throws(RegularFile.Fault) {
      return try RegularFile(path: path, limit: 1 << 20).contents()
    } catch {
      Output.error.line("\(path): error: \(error.asRefusal)")
      throw Exit.environment
    }
  }
}
