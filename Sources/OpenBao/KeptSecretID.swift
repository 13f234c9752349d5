import LocalFiles
import SecretMemory

/// A secret id from its unwrapping, which can be done once, until it is used: in a file of mode 0600, so that a program
/// that is ended in between has lost nothing, and nobody is suspected of having been first.
struct KeptSecretID: Sendable {
  let path: String

  /// What is there; `nil` where there is nothing.
  func secret() throws(OpenBaoError) -> SecretBytes? {
    let file = TrustFile(path: path)
    return file.exists ? try file.secretLine() : nil
  }

  var exists: Bool { TrustFile(path: path).exists }

  func keep(_ secret: SecretBytes) throws(OpenBaoError) {
    do throws(FileFault) {
      try secret.withUnsafeBytes { bytes throws(FileFault) in try DurableFile(path: path).replace(with: bytes) }
    } catch {
      throw .file(path, error.reason)
    }
  }

  func remove() throws(OpenBaoError) {
    do throws(FileFault) { try DurableFile(path: path).remove() } catch { throw .file(path, error.reason) }
  }
}
