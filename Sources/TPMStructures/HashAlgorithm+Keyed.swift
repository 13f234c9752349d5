import Crypto
import FoundationEssentials

// Bytes that may be secret are hashed where they lie, in parts, and what is computed from them goes where the caller
// says: nothing is gathered into an array, which nobody would wipe.
extension HashAlgorithm {
  func hash(parts: [UnsafeRawBufferPointer], into output: UnsafeMutableRawBufferPointer) {
    func digest<Function: HashFunction>(_: Function.Type) {
      var function = Function()
      for part in parts { function.update(bufferPointer: part) }
      function.finalize().withUnsafeBytes { output.copyMemory(from: $0) }
    }
    switch self {
    case .sha1: digest(Insecure.SHA1.self)
    case .sha256: digest(SHA256.self)
    case .sha384: digest(SHA384.self)
    case .sha512: digest(SHA512.self)
    }
  }

  func hash(parts: [UnsafeRawBufferPointer]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: digestSize)
    digest.withUnsafeMutableBytes { hash(parts: parts, into: $0) }
    return digest
  }

  func hmac(key: SymmetricKey, _ message: [UInt8], into output: UnsafeMutableRawBufferPointer) {
    func code<Function: HashFunction>(_: Function.Type) {
      HMAC<Function>.authenticationCode(for: message, using: key).withUnsafeBytes { output.copyMemory(from: $0) }
    }
    switch self {
    case .sha1: code(Insecure.SHA1.self)
    case .sha256: code(SHA256.self)
    case .sha384: code(SHA384.self)
    case .sha512: code(SHA512.self)
    }
  }

  func hmac(key: SymmetricKey, _ message: [UInt8]) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: digestSize)
    code.withUnsafeMutableBytes { hmac(key: key, message, into: $0) }
    return code
  }
}
