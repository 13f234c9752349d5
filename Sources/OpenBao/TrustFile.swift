import Glibc
import LocalFiles
import PKI
import SecretMemory

/// A file of ours with certificates or a secret. Its owner may replace it while we run, so it is read each time.
struct TrustFile {
  let path: String

  /// Its certificates as PKI has them; at least one.
  func certificates() throws(OpenBaoError) -> [IssuedCertificate] {
    let bytes = try contents()
    do throws(PKIError) {
      return try IssuedCertificate.all(in: bytes)
    } catch {
      throw .file(path, error.description)
    }
  }

  /// Its bytes, at most a mebibyte.
  func contents() throws(OpenBaoError) -> [UInt8] { try secret(limit: 1 << 20).withUnsafeBytes { Array($0) } }

  /// Its bytes in locked memory, without the line's end.
  func secretLine() throws(OpenBaoError) -> SecretBytes {
    let whole = try secret(limit: 64 << 10)
    let line = try whole.withUnsafeBytes { bytes throws(OpenBaoError) -> SecretBytes in
      let end = bytes.lastIndex { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }.map { $0 + 1 } ?? 0
      // What is no token must not become part of a header.
      guard end > 0, bytes[..<end].allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") }) else {
        throw .file(path, "holds no token: one line of visible characters")
      }
      do throws(SecretMemoryError) {
        return try SecretBytes(copying: UnsafeRawBufferPointer(rebasing: bytes[..<end]))
      } catch {
        throw .memory(error)
      }
    }
    return line
  }

  /// Whether there is such a file.
  var exists: Bool { access(path, F_OK) == 0 }

  private func secret(limit: Int) throws(OpenBaoError) -> SecretBytes {
    let file: RegularFile
    do throws(RegularFile.Fault) {
      file = try RegularFile(path: path, limit: limit)
    } catch {
      throw .file(path, error.reason)
    }
    do throws(SecretMemoryError) {
      return try SecretBytes.read(from: file.descriptor.number, limit: file.stamp.size + 4096)
    } catch .reading(let code) {
      throw .file(path, String(cString: strerror(code)))
    } catch {
      throw .memory(error)
    }
  }
}
