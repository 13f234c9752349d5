public import SecretMemory

// PKCS #8 (RFC 5208, RFC 5958) around ECPrivateKey (RFC 5915, SEC 1 section C.4).
extension PrivateKey {
  private enum Tag {
    static let integer: UInt8 = 0x02
    static let bitString: UInt8 = 0x03
    static let octetString: UInt8 = 0x04
    static let objectIdentifier: UInt8 = 0x06
    static let sequence: UInt8 = 0x30
    static let parameters: UInt8 = 0xA0
    static let publicKey: UInt8 = 0xA1
    static let attributes: UInt8 = 0xA0
    static let outerPublicKey: UInt8 = 0x81
  }

  private static let ecPublicKey: [UInt8] = [0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01]
  private static let otherKinds: [(identifier: [UInt8], words: String)] = [
    ([0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01], "it is an RSA key"),
    ([0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0A], "it is an RSA-PSS key"),
    ([0x06, 0x03, 0x2B, 0x65, 0x6E], "it is an X25519 key"), ([0x06, 0x03, 0x2B, 0x65, 0x70], "it is an Ed25519 key"),
    ([0x06, 0x03, 0x2B, 0x65, 0x71], "it is an Ed448 key"),
  ]

  /// The key of PKCS #8 or SEC 1 in DER. A public key inside must be the private key's.
  public init(der: SecretBytes) throws(PrivateKeyError) {
    self = try der.withUnsafeBytes { bytes throws(PrivateKeyError) in
      try Self.read(bytes, requirePublicKey: false)
    }
  }

  /// PKCS #8 in DER with the public key inside, as OpenSSL writes it: 138 bytes for P-256, 185 for P-384.
  public func der() throws(PrivateKeyError) -> SecretBytes {
    let size = curve.size
    let point = point
    func header(_ tag: UInt8, _ count: Int) -> [UInt8] {
      count < 0x80 ? [tag, UInt8(count)] : [tag, 0x81, UInt8(count)]
    }
    let bits = header(Tag.bitString, point.count + 1) + [0] + point
    let tail = header(Tag.publicKey, bits.count) + bits
    let algorithm =
      header(Tag.sequence, Self.ecPublicKey.count + curve.identifier.count) + Self.ecPublicKey
      + curve.identifier
    let scalarHeader = [Tag.integer, 1, 1] + header(Tag.octetString, size)
    let inner = scalarHeader.count + size + tail.count
    let innerHeader = header(Tag.sequence, inner)
    let middle = [Tag.integer, 1, 0] + algorithm + header(Tag.octetString, innerHeader.count + inner) + innerHeader
    let outer = middle.count + inner
    let head = header(Tag.sequence, outer) + middle + scalarHeader
    do throws(SecretMemoryError) {
      return try SecretBytes(count: head.count + size + tail.count) { buffer in
        buffer.copyBytes(from: head)
        withScalar { scalar in
          UnsafeMutableRawBufferPointer(rebasing: buffer[head.count..<(head.count + size)]).copyMemory(from: scalar)
        }
        UnsafeMutableRawBufferPointer(rebasing: buffer[(head.count + size)...]).copyBytes(from: tail)
      }
    } catch {
      throw .memory(error)
    }
  }

  /// The key of `bytes`; where `requirePublicKey` is, without its public key it is refused.
  static func read(_ bytes: UnsafeRawBufferPointer, requirePublicKey: Bool) throws(PrivateKeyError) -> PrivateKey {
    var whole = DERCursor(bytes)
    var outer = try whole.elements(Tag.sequence, "the outer sequence")
    guard whole.isAtEnd else { throw .der("something follows the outer sequence") }
    let number = try outer.content(Tag.integer, "the version")
    guard number.count == 1, let version = number.first, version <= 1 else { throw .der("the version is unknown") }
    let (key, hasPublicKey) =
      outer.tag == Tag.octetString
      ? try ecPrivateKey(version: version, &outer, nil) : try keyInfo(version: version, &outer)
    guard hasPublicKey || !requirePublicKey else {
      throw .der("the public key is missing, so that damage would not show; write the key again with openssl pkey")
    }
    return key
  }

  /// The rest of PrivateKeyInfo behind its version.
  private static func keyInfo(version: UInt8, _ outer: inout DERCursor) throws(PrivateKeyError) -> (PrivateKey, Bool) {
    var algorithm = try outer.elements(Tag.sequence, "the algorithm")
    guard algorithm.take(ecPublicKey) else {
      let kind = otherKinds.first { algorithm.take($0.identifier) }
      throw .kind(kind?.words ?? "it is a key of a kind that is not known here")
    }
    let curve = try namedCurve(&algorithm)
    guard algorithm.isAtEnd else { throw .der("something follows the curve") }
    var content = try outer.elements(Tag.octetString, "the private key")
    var inner = try content.elements(Tag.sequence, "the sequence of ECPrivateKey")
    guard content.isAtEnd else { throw .der("something follows ECPrivateKey") }
    let innerVersion = try inner.content(Tag.integer, "the version of ECPrivateKey")
    guard innerVersion.elementsEqual([1]) else { throw .der("the version of ECPrivateKey is not 1") }
    var (key, hasPublicKey) = try ecPrivateKey(version: 1, &inner, curve)
    if outer.tag == Tag.attributes { _ = try outer.content(Tag.attributes, "the attributes") }
    // Version 1 and a second public key come together or not at all.
    if version == 1 {
      try key.check(bitString: try outer.content(Tag.outerPublicKey, "the public key of version 1"))
      hasPublicKey = true
    }
    guard outer.isAtEnd else { throw .der("something follows the private key") }
    return (key, hasPublicKey)
  }

  /// The rest of ECPrivateKey behind its version. `curve` is what the algorithm around it names.
  private static func ecPrivateKey(
    version: UInt8, _ inner: inout DERCursor, _ curve: KeyCurve?
  ) throws(PrivateKeyError) -> (key: PrivateKey, hasPublicKey: Bool) {
    guard version == 1 else { throw .der("the version of ECPrivateKey is not 1") }
    let scalar = try inner.content(Tag.octetString, "the private key's number")
    var named = curve
    if inner.tag == Tag.parameters {
      var parameters = try inner.elements(Tag.parameters, "the parameters")
      named = try namedCurve(&parameters)
      guard parameters.isAtEnd, curve == nil || curve == named else { throw .der("it names two curves") }
    }
    guard let named else { throw .der("it does not name its curve") }
    guard scalar.count == named.size else { throw .der("the private key is not \(named.size) bytes long") }
    let key = try PrivateKey(named, scalar: UnsafeRawBufferPointer(rebasing: scalar))
    guard inner.tag == Tag.publicKey else {
      guard inner.isAtEnd else { throw .der("something follows the private key's number") }
      return (key, false)
    }
    var bits = try inner.elements(Tag.publicKey, "the public key")
    try key.check(bitString: try bits.content(Tag.bitString, "the public key's bits"))
    guard bits.isAtEnd, inner.isAtEnd else { throw .der("something follows the public key") }
    return (key, true)
  }

  private static func namedCurve(_ elements: inout DERCursor) throws(PrivateKeyError) -> KeyCurve {
    guard elements.tag == Tag.objectIdentifier else { throw .kind("its curve is not named") }
    for curve in KeyCurve.allCases where elements.take(curve.identifier) { return curve }
    throw .kind("it is on a curve that is not used here")
  }

  private func check(bitString: Slice<UnsafeRawBufferPointer>) throws(PrivateKeyError) {
    guard bitString.elementsEqual([0] + point) else { throw .foreignPublicKey }
  }
}
