/// Reads a file whole, for programs.
public enum OperatorFile {
  /// The bytes of the file at `path`, at most a mebibyte.
  public static func contents(_ path: String) throws(OperatorError) -> [UInt8] {
    guard let bytes = try DurableFile(path: path).contents(limit: 1 << 20) else { throw .file(path, "is not there") }
    return bytes
  }
}
