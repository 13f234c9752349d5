import BootImage
import CLinux
import Glibc
import PKI
import PrivateKeys
public import SecretMemory

/// Takes a certificate with its private key off the desk, for the one who is to have it.
public struct CertificateExport {
  private let session: DeskSession

  /// Exports from the desk of `session`.
  public init(_ session: DeskSession) { self.session = session }

  /// Refuses a name that nothing here has, before anybody is asked for a passphrase.
  public func check(_ name: String) throws(DeskError) { _ = try content(name) }

  /// Certificate, issuers above it and the key, encrypted under `passphrase`.
  public func write(_ name: String, to path: String, passphrase: SecretBytes) throws(DeskError) {
    let (chain, key) = try content(name)
    guard passphrase.count >= DeskLock.shortestPassphrase else {
      throw .refused("the passphrase has fewer than \(DeskLock.shortestPassphrase) characters")
    }
    let pem = try DeskError.onMachine { () throws(PrivateKeyError) in try key.encryptedPEM(passphrase: passphrase) }
    try refuseExisting(path)
    try DeskError.onDisk { () throws(FileError) in try HostFile.replace(path, with: chain + pem, mode: 0o600) }
  }

  /// The same with the key as it is, onto a tmpfs only.
  public func writePlain(_ name: String, to path: String) throws(DeskError) {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    var kind = 0
    guard ll_filesystem_type(folder.isEmpty ? "/" : folder, &kind) == 0, kind == Self.tmpfs else {
      throw .refused("\(path) is not on a tmpfs, and an unencrypted key must not reach a disk: /dev/shm is one")
    }
    try refuseExisting(path)
    let (chain, key) = try content(name)
    let pem = try DeskError.onMachine { () throws(PrivateKeyError) in try key.pem() }
    let whole = try DeskError.onMachine { () throws(SecretMemoryError) in
      try SecretBytes(count: chain.count + pem.count) { buffer in
        UnsafeMutableRawBufferPointer(rebasing: buffer[..<chain.count]).copyBytes(from: chain)
        pem.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[chain.count...]).copyMemory(from: $0) }
      }
    }
    try DeskError.onDisk { () throws(FileError) in
      try whole.withUnsafeBytes { (bytes) throws(FileError) in try HostFile.write(bytes, to: path, mode: 0o600) }
    }
  }

  private func refuseExisting(_ path: String) throws(DeskError) {
    guard try DeskError.onDisk({ () throws(FileError) in try !HostFile.isThere(path) }) else {
      throw .refused("\(path) is there already, and is left alone")
    }
  }

  /// statfs(2), TMPFS_MAGIC.
  private static let tmpfs = 0x0102_1994

  private func content(_ name: String) throws(DeskError) -> ([UInt8], PrivateKey) {
    guard let entry = session.record.certificates[name], name != Authority.root.commonName else {
      throw .refused("nothing here is called '\(name)', or its key is not on the desk: `ll-bootimage pki show`")
    }
    guard let der = try session.secrets.value("certificate/\(name).key") else {
      throw .refused("the private key of '\(name)' is not on the desk")
    }
    let key = try DeskError.refusing("the key of \(name)") { () throws(PrivateKeyError) in try PrivateKey(der: der) }
    let above = Authority(commonName: entry.certificate.issuerCommonName).map { session.record.chain(from: $0) } ?? []
    return (entry.certificate.pem + above.flatMap(\.pem), key)
  }
}
