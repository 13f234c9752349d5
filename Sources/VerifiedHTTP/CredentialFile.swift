import Glibc
public import LocalFiles
public import NIOSSL

/// A file with a token, a key or certificates. Its owner replaces it while we run, by rename or through a link, so it is
/// read each time.
public struct CredentialFile: Sendable, Hashable {
  /// What is the matter with it.
  public struct Fault: Error, Sendable, Hashable {
    /// Where it is.
    public var path: String
    /// The words.
    public var words: String

    /// A fault of the file at `path`.
    public init(_ path: String, _ words: String) {
      self.path = path
      self.words = words
    }
  }

  /// Where it is.
  public let path: String

  /// The file at `path`.
  public init(path: String) { self.path = path }

  /// Which version is there now.
  public func stamp() throws(Fault) -> FileStamp {
    guard let stamp = FileStamp(path: path) else { throw Fault(path, String(cString: strerror(errno))) }
    return stamp
  }

  /// Its bytes, at most a mebibyte.
  public func contents() throws(Fault) -> [UInt8] {
    do throws(RegularFile.Fault) {
      return try RegularFile(path: path, limit: 1 << 20).contents()
    } catch {
      if case .tooLong = error { throw Fault(path, "longer than a mebibyte") }
      throw Fault(path, error.reason)
    }
  }

  /// The bearer token in it, without the line's end. What is no token must not become part of a header.
  public func bearerToken() throws(Fault) -> String {
    var bytes = try contents()[...]
    while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { bytes = bytes.dropLast() }
    guard BearerToken.isOne(bytes) else { throw Fault(path, "holds no bearer token") }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The certificates in it; at least one.
  public func certificates() throws(Fault) -> [NIOSSLCertificate] {
    guard let certificates = Self.certificates(in: try contents()) else {
      throw Fault(path, "holds no certificate in PEM")
    }
    return certificates
  }

  /// The certificates in PEM; `nil` where there is none, or one that cannot be read.
  public static func certificates(in pem: [UInt8]) -> [NIOSSLCertificate]? {
    guard let certificates = try? NIOSSLCertificate.fromPEMBytes(pem), !certificates.isEmpty else { return nil }
    return certificates
  }

  /// The private key in it.
  public func privateKey() throws(Fault) -> NIOSSLPrivateKey {
    let bytes = try contents()
    guard let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) else {
      throw Fault(path, "holds no unencrypted private key in PEM")
    }
    return key
  }
}
