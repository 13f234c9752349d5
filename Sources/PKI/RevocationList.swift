import BaseEncodings
import Crypto
public import PrivateKeys
import SwiftASN1
import X509

/// A certificate revocation list, version 2 (RFC 5280, section 5): complete, of one issuer, with a number. Delta lists and
/// lists for others (an issuing distribution point) are not read and not made.
public struct RevocationList: Sendable, Hashable {
  /// A certificate that its issuer took back.
  public struct Entry: Sendable, Hashable {
    /// Its serial number in lower-case hexadecimal, two digits a byte.
    public var serial: String
    /// Since when, in seconds since 1970.
    public var at: Int64
    /// Why.
    public var reason: RevocationReason

    /// An entry.
    public init(serial: String, at: Int64, reason: RevocationReason) {
      self.serial = serial
      self.at = at
      self.reason = reason
    }
  }

  /// Its DER encoding.
  public let der: [UInt8]
  let contents: RevocationListContents

  /// Reads a DER list.
  public init(der: [UInt8]) throws(PKIError) {
    do {
      contents = try RevocationListContents(derEncoded: der)
    } catch let error as PKIError {
      throw error
    } catch {
      throw PKIError.notARevocationList("\(error)")
    }
    self.der = der
  }

  /// Reads the first `X509 CRL` block of a PEM text.
  public init(pem: [UInt8]) throws(PKIError) {
    guard let first = PEMText.blocks("X509 CRL", in: pem)?.first else {
      throw PKIError.notARevocationList("no whole X509 CRL block in the PEM text")
    }
    try self.init(der: first)
  }

  /// A list of all that `issuer` took back and that has not expired since. `number` grows with every list of the issuer
  /// (0…2^63-1); verifiers that ask for revocation refuse everything of the issuer's after `nextUpdate`.
  public static func make(
    issuer: IssuedCertificate, issuerKey: PrivateKey, revoked: [Entry], number: Int, at now: Int64, nextUpdate: Int64
  ) throws(PKIError) -> RevocationList {
    guard issuer.isAuthority else { throw PKIError.notAnAuthority(issuer.commonName) }
    guard issuerKey.libraryPublicKey == issuer.certificate.publicKey else {
      throw PKIError.wrongKey(issuer.commonName)
    }
    guard number >= 0 else {
      throw PKIError.unsuitable(what: "a revocation list's number", value: "\(number)", rule: "it is 0 or more")
    }
    guard nextUpdate > now else {
      throw PKIError.unsuitable(
        what: "a revocation list's next update", value: "\(CalendarTime(nextUpdate))",
        rule: "it comes after this one, \(CalendarTime(now))")
    }
    let list = RevocationListContents.ToBeSigned(
      algorithm: issuerKey.revocationAlgorithm, issuer: issuer.certificate.subject, thisUpdate: now,
      nextUpdate: nextUpdate, entries: try revoked.map { entry throws(PKIError) in try entry.checked() },
      number: withUnsafeBytes(of: UInt64(number).bigEndian) { Array($0.drop { $0 == 0 }) },
      authorityKeyIdentifier: SubjectKeyIdentifier(hash: issuer.certificate.publicKey).keyIdentifier)
    do {
      var serializer = DER.Serializer()
      try serializer.serialize(list)
      let signature = try issuerKey.sign(serializer.serializedBytes)
      return try RevocationList(
        der: RevocationListContents.signed(serializer.serializedBytes, list.algorithm, signature))
    } catch {
      throw PKIError.signing("\(error)")
    }
  }

  /// One `X509 CRL` block with a newline at its end.
  public var pem: [UInt8] { PEMText.block("X509 CRL", der) }

  /// The issuer's distinguished name as RFC 4514 writes it.
  public var issuer: String { contents.list.issuer.description }

  /// The common name of its issuer; the issuer's whole name where it has none.
  public var issuerCommonName: String { contents.list.issuer.shortName }

  /// What it takes back, in its order.
  public var entries: [Entry] { contents.list.entries }

  /// Its number, larger than in all lists before; absent where it has none or one that is over 2^63-1.
  public var number: Int? {
    contents.list.number.flatMap { $0.count > 8 ? nil : Int(exactly: $0.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }) }
  }

  /// When it was made, in seconds since 1970.
  public var thisUpdate: Int64 { contents.list.thisUpdate }

  /// Until when it may be believed, in seconds since 1970.
  public var nextUpdate: Int64 { contents.list.nextUpdate }

  /// Whether `authority` has the issuer's name, may sign lists, and its key signed this one.
  public func isSigned(by authority: IssuedCertificate) -> Bool { contents.isSigned(by: authority.certificate) }

  /// Equal when all bytes are.
  public static func == (left: RevocationList, right: RevocationList) -> Bool { left.der == right.der }

  /// Hashes what `==` compares.
  public func hash(into hasher: inout Hasher) { hasher.combine(der) }
}

extension RevocationList.Entry {
  fileprivate func checked() throws(PKIError) -> RevocationList.Entry {
    guard let bytes = Hexadecimal.bytes(serial), (1...20).contains(bytes.count), bytes.contains(where: { $0 != 0 })
    else {
      throw PKIError.unsuitable(
        what: "a serial number", value: serial, rule: "1 to 20 bytes in hexadecimal, two digits each, not zero")
    }
    guard reason != .removeFromCRL else {
      throw PKIError.unsuitable(
        what: "a reason for revocation", value: reason.description, rule: "it belongs in delta lists only")
    }
    return RevocationList.Entry(serial: Hexadecimal.text(bytes.drop { $0 == 0 }), at: at, reason: reason)
  }
}

extension PrivateKey {
  fileprivate var revocationAlgorithm: SignatureAlgorithmIdentifier {
    switch curve {
    case .p256: .ecdsaWithSHA256
    case .p384: .ecdsaWithSHA384
    }
  }

  fileprivate func sign(_ bytes: [UInt8]) throws -> [UInt8] {
    switch key {
    case .p256(let key): try Array(key.signature(for: bytes).derRepresentation)
    case .p384(let key): try Array(key.signature(for: bytes).derRepresentation)
    }
  }
}
