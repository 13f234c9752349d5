import LocalFiles

/// Files of ours and of the administrator's, with what goes wrong with them in the operator's words.
public enum OperatorFile {
  /// The bytes of the file at `path`, at most a mebibyte.
  public static func contents(_ path: String) throws(OperatorError) -> [UInt8] { try contents(path, limit: 1 << 20) }

  /// The bytes of the file at `path`, at most `limit`; it must be there.
  static func contents(_ path: String, limit: Int) throws(OperatorError) -> [UInt8] {
    guard let bytes = try contents(ifThere: path, limit: limit) else { throw .file(path, "is not there") }
    return bytes
  }

  /// The same; `nil` where there is none.
  static func contents(ifThere path: String, limit: Int = 1 << 20) throws(OperatorError) -> [UInt8]? {
    do throws(RegularFile.Fault) {
      return try RegularFile(path: path, limit: limit).contents()
    } catch {
      if error == .missing { return nil }
      throw .file(path, error.reason)
    }
  }

  /// Replaces the file at `path`, with mode 0600. When this returns, the bytes outlive a power cut.
  static func replace(_ path: String, with bytes: [UInt8]) throws(OperatorError) {
    do throws(FileFault) {
      try DurableFile(path: path).replace(with: bytes)
    } catch {
      throw .file(error.path, error.reason)
    }
  }
}
