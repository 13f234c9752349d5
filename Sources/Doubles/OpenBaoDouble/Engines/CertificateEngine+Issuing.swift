import Crypto
import CryptoExtras
import Foundation
import SwiftASN1
import X509

extension CertificateEngine {
  /// `issue/ROLE` and, with `signs`, `sign/ROLE`.
  func issue(
    _ roleName: String, _ request: APIRequest, signs: Bool, _ transaction: inout Transaction
  ) throws(APIError) -> APIResponse {
    guard let stored = transaction[place("role/\(roleName)")] else { throw APIError("unknown role: \(roleName)") }
    let role = CertificateRole(stored: stored)
    var fields = Fields(request.body)
    let format = try fields.string("format") ?? "pem"
    guard ["pem", "der", "pem_bundle"].contains(format) else {
      throw APIError("the \"format\" path parameter must be \"pem\", \"der\", or \"pem_bundle\"")
    }
    let keyFormat = try fields.string("private_key_format") ?? "der"
    let csr = signs ? try Self.csr(&fields, role) : nil
    let key = signs ? nil : try IssuedKey(role)
    guard let publicKey = csr?.publicKey ?? key?.publicKey else { throw APIError("no key") }
    let names = try RequestedNames(&fields, role.filled(for: identity), csr: csr)
    let issuer = try self.issuer(role.text("issuer_ref"), transaction)
    let authority = try issuer.certificate()
    let validity = try Validity(&fields, role, mount: mount, authority: authority, issuer: issuer, now: request.now)
    let certificate = try sign(
      names, role, publicKey, validity, by: issuer, authority, key: try issuer.key(transaction, self), transaction)
    let serial = certificate.colonSerial
    let pem: String
    do { pem = try certificate.pem } catch { throw APIError(500, ["cannot write the certificate: \(error)"]) }
    if !role.flag("no_store") {
      transaction[place("cert/\(serial)")] = [
        "certificate": .string(pem), "revocation_time": 0, "revocation_time_rfc3339": "",
      ]
    }
    // An engine whose issuer is its own root gives no chain above it but itself.
    var data: JSONValue = [
      "ca_chain": .strings(issuer.chain), "certificate": .string(pem), "issuing_ca": .string(issuer.pem),
      "expiration": .integer(Int(certificate.notValidAfter.timeIntervalSince1970)),
      "not_before": .integer(Int(certificate.notValidBefore.timeIntervalSince1970)), "serial_number": .string(serial),
    ]
    if let key {
      data[key: "private_key"] = .string(keyFormat == "pkcs8" ? key.pkcs8 : key.pem)
      data[key: "private_key_type"] = "ec"
    }
    Self.put(format, key: key, into: &data)
    return .data(data, warnings: names.warnings + validity.warnings + fields.warnings)
  }

  private static func put(_ format: String, key: IssuedKey?, into data: inout JSONValue) {
    if format == "pem_bundle" {
      let parts = [key?.pem, data[key: "certificate"].text].compactMap { $0 } + data[key: "ca_chain"].texts
      data[key: "certificate"] = .string(parts.joined(separator: "\n"))
    } else if format == "der" {
      for name in ["certificate", "issuing_ca", "private_key"] {
        if let text = data[key: name].text { data[key: name] = .string(body(text)) }
      }
      data[key: "ca_chain"] = .strings(data[key: "ca_chain"].texts.map(body))
    }
  }

  private static func body(_ pem: String) -> String {
    pem.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
  }

  private static func csr(
    _ fields: inout Fields, _ role: CertificateRole
  ) throws(APIError) -> CertificateSigningRequest {
    let text = try fields.string("csr") ?? ""
    guard !text.isEmpty else { throw APIError("\"csr\" is empty") }
    guard let block = PEMBlocks.all(text).first else { throw APIError("csr contains no data") }
    guard let csr = try? CertificateSigningRequest(pemEncoded: block.text) else {
      throw APIError("certificate request could not be parsed")
    }
    guard csr.publicKey.isValidSignature(csr.signature, for: csr) else {
      throw APIError("request signature invalid")
    }
    let isEC =
      P256.Signing.PublicKey(csr.publicKey) != nil || P384.Signing.PublicKey(csr.publicKey) != nil
      || P521.Signing.PublicKey(csr.publicKey) != nil
    let wanted = role.text("key_type")
    if wanted == "ec" && !isEC || wanted == "rsa" && isEC { throw APIError("role requires keys of type \(wanted)") }
    let bits = P256.Signing.PublicKey(csr.publicKey) != nil ? 256 : 384
    if wanted == "ec", bits < role.number("key_bits") {
      throw APIError("role requires a minimum of a \(role.number("key_bits"))-bit key, but CSR's key is \(bits) bits")
    }
    return csr
  }

  private func sign(
    _ names: RequestedNames, _ role: CertificateRole, _ publicKey: Certificate.PublicKey, _ validity: Validity,
    by issuer: StoredIssuer, _ authority: Certificate, key: Certificate.PrivateKey, _ transaction: Transaction
  ) throws(APIError) -> Certificate {
    do {
      var extensions = try Certificate.Extensions {
        if let usage = Self.usage(role.list("key_usage")) { Critical(usage) }
      }
      let usages =
        (role.flag("server_flag") ? [ExtendedKeyUsage.Usage.serverAuth] : [])
        + (role.flag("client_flag") ? [.clientAuth] : [])
      if !usages.isEmpty { try extensions.append(.init(try ExtendedKeyUsage(usages), critical: false)) }
      try extensions.append(.init(SubjectKeyIdentifier(hash: publicKey), critical: false))
      let authorityID = try authority.extensions.subjectKeyIdentifier?.keyIdentifier
      try extensions.append(
        .init(
          AuthorityKeyIdentifier(
            keyIdentifier: authorityID ?? SubjectKeyIdentifier(hash: authority.publicKey).keyIdentifier),
          critical: false))
      let urls = transaction[place("config/urls")] ?? .null
      let access = urls[key: "issuing_certificates"].texts.map {
        AuthorityInformationAccess.AccessDescription(method: .issuingCA, location: .uniformResourceIdentifier($0))
      }
      if !access.isEmpty { try extensions.append(.init(AuthorityInformationAccess(access), critical: false)) }
      let alternative = try names.alternativeNames()
      if !alternative.isEmpty { try extensions.append(.init(SubjectAlternativeNames(alternative), critical: false)) }
      let points = urls[key: "crl_distribution_points"].texts
      if !points.isEmpty {
        try extensions.append(
          Certificate.Extension(oid: [2, 5, 29, 31], critical: false, value: DERBytes.distributionPoints(points)[...]))
      }
      let isRSA = _RSA.Signing.PublicKey(key.publicKey) != nil
      return try Certificate(
        version: .v3, serialNumber: Certificate.SerialNumber(bytes: [UInt8.random(in: 1...127)] + Random.bytes(19)),
        publicKey: publicKey, notValidBefore: validity.notBefore, notValidAfter: validity.notAfter,
        issuer: authority.subject, subject: try names.subject(role),
        signatureAlgorithm: isRSA ? .sha256WithRSAEncryption : .ecdsaWithSHA256, extensions: extensions,
        issuerPrivateKey: key)
    } catch {
      throw APIError(500, ["cannot sign: \(error)"])
    }
  }

  private static func usage(_ names: [String]) -> KeyUsage? {
    let given = Set(names.map { $0.lowercased().replacing("keyusage", with: "") })
    guard !given.isEmpty else { return nil }
    return KeyUsage(
      digitalSignature: given.contains("digitalsignature"), nonRepudiation: given.contains("contentcommitment"),
      keyEncipherment: given.contains("keyencipherment"), dataEncipherment: given.contains("dataencipherment"),
      keyAgreement: given.contains("keyagreement"), keyCertSign: given.contains("certsign"),
      cRLSign: given.contains("crlsign"), encipherOnly: given.contains("encipheronly"),
      decipherOnly: given.contains("decipheronly"))
  }
}

/// A key that the engine makes for `issue/ROLE`.
struct IssuedKey {
  let publicKey: Certificate.PublicKey
  /// RFC 5915, as upstream answers by default.
  let pem: String
  let pkcs8: String

  init(_ role: CertificateRole) throws(APIError) {
    guard role.text("key_type") == "ec" else { throw APIError("the double makes keys of type ec only") }
    switch role.number("key_bits") {
    case 256:
      let key = P256.Signing.PrivateKey()
      publicKey = Certificate.PublicKey(key.publicKey)
      pkcs8 = key.pemRepresentation
      pem = DERBytes.pem(
        "EC PRIVATE KEY",
        DERBytes.ecPrivateKey(
          raw: Array(key.rawRepresentation), point: Array(key.publicKey.x963Representation),
          curve: [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]))
    case 384:
      let key = P384.Signing.PrivateKey()
      publicKey = Certificate.PublicKey(key.publicKey)
      pkcs8 = key.pemRepresentation
      pem = DERBytes.pem(
        "EC PRIVATE KEY",
        DERBytes.ecPrivateKey(
          raw: Array(key.rawRepresentation), point: Array(key.publicKey.x963Representation),
          curve: [0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22]))
    case let bits: throw APIError("the double makes EC keys of 256 or 384 bits, not \(bits)")
    }
  }
}
