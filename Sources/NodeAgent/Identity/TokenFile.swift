import LocalFiles

/// A projected token. The kubelet replaces it, so it is read each time; it goes to the operator and nowhere else.
struct TokenFile {
  let path: String

  /// Its bytes, without the line's end.
  func bytes() throws(IdentityError) -> [UInt8] {
    do throws(RegularFile.Fault) {
      var bytes = try RegularFile(path: path, limit: 64 << 10).contents()
      while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { bytes.removeLast() }
      return bytes
    } catch {
      throw IdentityError(error, path: path)
    }
  }
}
