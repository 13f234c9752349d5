import Diagnostics
import Glibc
import LocalFiles

extension PKIManifest.Secret {
  /// Looks at the file without reading it.
  func status() -> ReadinessStatus {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    var status = stat()
    guard stat(path, &status) == 0 else {
      let words = errno == ENOENT ? "missing" : "cannot be examined: \(String(cString: strerror(errno)))"
      return ReadinessStatus(name: name, path: path, findings: [Finding(.error, words, file: path)])
    }
    var faults: [String] = []
    if status.st_mode & S_IFMT != S_IFREG {
      faults.append(RegularFile.Fault.notRegular.description)
    } else if status.st_size == 0 {
      faults.append("empty")
    } else if status.st_size > SecretBytes.limit {
      faults.append(RegularFile.Fault.tooLong(limit: SecretBytes.limit).description)
    }
    if FileStamp(status).isWorldReadable { faults.append("everyone may read it") }
    return ReadinessStatus(name: name, path: path, findings: faults.map { Finding(.error, $0, file: path) })
  }
}
