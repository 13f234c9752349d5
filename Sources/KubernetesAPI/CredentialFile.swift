import Glibc
import NIOSSL

/// A file with a token, a key or certificates. Kubernetes replaces such files while we run, through a link.
struct CredentialFile {
  let path: String

  /// Its bytes, at most a mebibyte.
  func contents() throws(KubernetesAPIError) -> [UInt8] {
    // Without O_NONBLOCK a pipe that somebody put there would hold us.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .file(path, String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = Glibc.read(descriptor, &part, part.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .file(path, String(cString: strerror(errno))) }
      guard count > 0 else { return bytes }
      bytes += part[..<count]
      guard bytes.count <= 1 << 20 else { throw .file(path, "longer than a mebibyte") }
    }
  }

  /// The bearer token in it, without the line's end.
  func bearerToken() throws(KubernetesAPIError) -> String {
    var bytes = try contents()[...]
    while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { bytes = bytes.dropLast() }
    guard BearerToken.isOne(bytes) else { throw .file(path, "holds no bearer token") }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The certificates in it.
  func certificates() throws(KubernetesAPIError) -> [NIOSSLCertificate] {
    let bytes = try contents()
    guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
      throw .file(path, "holds no certificate in PEM")
    }
    return certificates
  }

  /// The private key in it.
  func privateKey() throws(KubernetesAPIError) -> NIOSSLPrivateKey {
    let bytes = try contents()
    guard let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) else {
      throw .file(path, "holds no unencrypted private key in PEM")
    }
    return key
  }
}

/// What may stand in a header or a request as a bearer token.
enum BearerToken {
  /// Whether the bytes are one: RFC 6750, b64token.
  static func isOne(_ bytes: some Collection<UInt8>) -> Bool {
    let others = Set("-._~+/=".utf8)
    return !bytes.isEmpty
      && bytes.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "a")...UInt8(ascii: "z"):
          true
        default: others.contains(byte)
        }
      }
  }
}
