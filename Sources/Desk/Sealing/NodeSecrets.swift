import BaseEncodings
import BootImage
import Crypto
import FoundationEssentials
import PKI
import PrivateKeys
import SealedObject
import SecretMemory

/// What goes into the bundles of a cluster's nodes, secret by secret.
struct NodeSecrets {
  private let session: DeskSession
  private let shared: [String: SecretBytes]
  private let sharedIDs: [String: String]
  /// The id of the static seal's key.
  let sealKeyID: String
  /// The id of the key before; `nil` but during a rotation.
  let previousSealKeyID: String?

  /// The secrets of the desk that `session` has open. Those of the whole cluster must be there.
  init(_ session: DeskSession) throws(DeskError) {
    self.session = session
    guard let key = try session.secrets.value(SecretName.sealKey) else {
      throw .refused("the static seal has no key yet: `ll-bootimage seal` makes it")
    }
    var shared = [SecretBundle.sealKey: key]
    sealKeyID = Self.id(of: key)
    var ids = [SecretBundle.sealKey: sealKeyID]
    if let previous = try session.secrets.value(SecretName.previousSealKey) {
      shared[SecretBundle.previousSealKey] = previous
      previousSealKeyID = Self.id(of: previous)
      ids[SecretBundle.previousSealKey] = Self.id(of: previous)
    } else {
      previousSealKeyID = nil
    }
    for secret in InitialisationSecret.allCases {
      let (value, id) = try Self.initialisation(secret, session)
      shared[secret.rawValue] = value
      ids[secret.rawValue] = id
    }
    self.shared = shared
    sharedIDs = ids
  }

  /// How a random key of 32 bytes is called: it says which, and not what it is.
  static func id(of key: SecretBytes) -> String { String("\(KeyID(of: key))".prefix(16)) }

  /// The secret `name` of `node`, and what identifies it without telling it.
  func value(_ name: String, of node: String) throws(DeskError) -> (value: SecretBytes, id: String) {
    if let value = shared[name] { return (value, sharedIDs[name] ?? "") }
    let subject: CertificateSubject = name == SecretBundle.loginCertificate ? .login(node) : .listener(node)
    guard let certificate = session.record.certificate(subject),
      let key = try CertificateWork.key(of: subject, in: session)
    else { throw .refused("\(subject.name): no certificate yet; `ll-bootimage pki issue` makes it") }
    guard key.publicKeyDER == certificate.publicKeyDER else {
      throw .refused("\(subject.name): the certificate is not its key's; `ll-bootimage pki issue` mends that")
    }
    let chain = [certificate] + session.record.chain(from: .issuer(.bootstrap)).dropLast()
    return (try Self.pem(chain, key), Self.id(of: subject, in: session.record) ?? "")
  }

  /// The serial numbers of a certificate and of the issuers that go with it; `nil` where there is none.
  static func id(of subject: CertificateSubject, in record: CertificateRecord) -> String? {
    guard let certificate = record.certificate(subject), let issuer = subject.issuer else { return nil }
    return ([certificate] + record.chain(from: issuer).dropLast()).map(\.serial).joined(separator: " ")
  }

  private static func initialisation(
    _ secret: InitialisationSecret, _ session: DeskSession
  ) throws(DeskError) -> (SecretBytes, String) {
    if let issuer = Issuer.allCases.first(where: { InitialisationSecret($0) == secret }) {
      let subject = CertificateSubject.authority(.issuer(issuer))
      guard let key = try CertificateWork.key(of: subject, in: session),
        let certificate = session.record.certificate(subject)
      else { throw .refused("\(subject.name): no certificate yet; `ll-bootimage pki init` makes it") }
      let above = session.record.chain(from: .managementCluster)
      return (try pem([certificate], key, above), id(of: subject, in: session.record) ?? "")
    }
    switch secret {
    case .etcdEncryptionKey:
      guard let key = try session.secrets.value(SecretName.etcdEncryption) else {
        throw .refused("the key of Secrets in etcd is not made yet: `ll-bootimage seal` makes it")
      }
      return (try base64(key), id(of: key))
    default:
      guard let der = try session.secrets.value(SecretName.serviceAccount) else {
        throw .refused("the key of service-account tokens is not made yet: `ll-bootimage seal` makes it")
      }
      let key = try DeskError.refusing("the key of service-account tokens") { () throws(PrivateKeyError) in
        try PrivateKey(der: der)
      }
      let id = Hexadecimal.text(SHA256.hash(data: key.publicKeyDER).prefix(8))
      if secret == .serviceAccountPublicKey { return (try copy(key.publicKeyPEM), id) }
      return (try DeskError.onMachine { () throws(PrivateKeyError) in try key.pem() }, id)
    }
  }

  /// Certificates, a key, and more certificates, in one PEM text.
  private static func pem(
    _ first: [IssuedCertificate], _ key: PrivateKey, _ last: [IssuedCertificate] = []
  ) throws(DeskError) -> SecretBytes {
    let head = first.flatMap(\.pem)
    let tail = last.flatMap(\.pem)
    let middle = try DeskError.onMachine { () throws(PrivateKeyError) in try key.pem() }
    return try DeskError.onMachine { () throws(SecretMemoryError) in
      try SecretBytes(count: head.count + middle.count + tail.count) { buffer in
        head.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[..<head.count]).copyMemory(from: $0) }
        middle.withUnsafeBytes {
          UnsafeMutableRawBufferPointer(rebasing: buffer[head.count...]).copyMemory(from: $0)
        }
        tail.withUnsafeBytes {
          UnsafeMutableRawBufferPointer(rebasing: buffer[(head.count + middle.count)...]).copyMemory(from: $0)
        }
      }
    }
  }

  private static func copy(_ bytes: [UInt8]) throws(DeskError) -> SecretBytes {
    try DeskError.onMachine { () throws(SecretMemoryError) in
      try SecretBytes(count: bytes.count) { $0.copyBytes(from: bytes) }
    }
  }

  /// The base64 of `secret`, without a newline: what a value of OpenBao's `kv` can hold.
  static func base64(_ secret: SecretBytes) throws(DeskError) -> SecretBytes {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    return try DeskError.onMachine { () throws(SecretMemoryError) in
      try SecretBytes(count: (secret.count + 2) / 3 * 4) { buffer in
        secret.withUnsafeBytes { bytes in
          for group in 0..<(buffer.count / 4) {
            let part = (0..<3).map { 3 * group + $0 < bytes.count ? UInt32(bytes[3 * group + $0]) : 0 }
            let bits = part[0] << 16 | part[1] << 8 | part[2]
            for index in 0..<4 {
              let isPadding = 3 * group + index > bytes.count
              buffer[4 * group + index] =
                isPadding ? UInt8(ascii: "=") : alphabet[Int(bits >> (18 - 6 * UInt32(index)) & 63)]
            }
          }
        }
      }
    }
  }
}
