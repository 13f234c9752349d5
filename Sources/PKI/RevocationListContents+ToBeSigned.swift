import BaseEncodings
import SwiftASN1
import X509

extension RevocationListContents.ToBeSigned: DERParseable, DERSerializable {
  private static let version2 = 1
  private static let numberExtension: ASN1ObjectIdentifier = [2, 5, 29, 20]
  private static let extensionsTag = ASN1Identifier(tagWithNumber: 0, tagClass: .contextSpecific)

  init(derEncoded node: ASN1Node) throws {
    self = try DER.sequence(node, identifier: .sequence) { nodes in
      let version = try Int(derEncoded: &nodes)
      guard version == Self.version2 else { throw PKIError.notARevocationList("it is not of version 2") }
      let algorithm = try SignatureAlgorithmIdentifier(derEncoded: &nodes)
      guard let issuer = nodes.next() else { throw PKIError.notARevocationList("it names no issuer") }
      var list = RevocationListContents.ToBeSigned(
        algorithm: algorithm, issuer: try DistinguishedName(derEncoded: issuer),
        thisUpdate: try CalendarTime(derEncoded: &nodes).time, nextUpdate: 0, entries: [])
      // RFC 5280 asks for a next update; without one a list would be believed for ever.
      guard let next = nodes.next(), next.identifier == .utcTime || next.identifier == .generalizedTime else {
        throw PKIError.notARevocationList("it does not say when the next one comes")
      }
      list.nextUpdate = try CalendarTime(derEncoded: next).time
      while let rest = nodes.next() { try list.take(rest) }
      return list
    }
  }

  /// The revoked certificates or the extensions, each of them once at most and in this order.
  private mutating func take(_ node: ASN1Node) throws {
    if node.identifier == .sequence, entries.isEmpty {
      entries = try DER.sequence(of: RevocationListEntry.self, identifier: .sequence, rootNode: node).map(\.entry)
    } else if node.identifier == Self.extensionsTag {
      let extensions = try DER.explicitlyTagged(node, tagNumber: 0, tagClass: .contextSpecific) { node in
        try DER.sequence(of: Certificate.Extension.self, identifier: .sequence, rootNode: node)
      }
      for found in extensions { try take(found) }
    } else {
      throw PKIError.notARevocationList("it holds more than a list")
    }
  }

  private mutating func take(_ found: Certificate.Extension) throws {
    switch found.oid {
    case Self.numberExtension:
      number = Array(try ArraySlice<UInt8>(derEncoded: found.value).drop { $0 == 0 })
    case .X509ExtensionID.authorityKeyIdentifier:
      authorityKeyIdentifier = try AuthorityKeyIdentifier(found).keyIdentifier
    default:
      guard !found.critical else {
        throw PKIError.notARevocationList("its critical extension \(found.oid) is not understood")
      }
    }
  }

  func serialize(into coder: inout DER.Serializer) throws {
    try coder.appendConstructedNode(identifier: .sequence) { coder in
      try coder.serialize(Self.version2)
      try coder.serialize(algorithm)
      try coder.serialize(issuer)
      try coder.serialize(CalendarTime(thisUpdate))
      try coder.serialize(CalendarTime(nextUpdate))
      // An empty list is left out (section 5.1.2.6).
      if !entries.isEmpty { try coder.serializeSequenceOf(entries.map { RevocationListEntry(entry: $0) }) }
      try coder.serialize(explicitlyTaggedWithTagNumber: 0, tagClass: .contextSpecific) { coder in
        try coder.serializeSequenceOf(try extensions())
      }
    }
  }

  private func extensions() throws -> [Certificate.Extension] {
    var extensions: [Certificate.Extension] = []
    if let authorityKeyIdentifier {
      extensions.append(
        try Certificate.Extension(
          AuthorityKeyIdentifier(keyIdentifier: authorityKeyIdentifier), critical: false))
    }
    if let number {
      var serializer = DER.Serializer()
      try serializer.serialize(number[...])
      extensions.append(
        Certificate.Extension(oid: Self.numberExtension, critical: false, value: serializer.serializedBytes[...]))
    }
    return extensions
  }
}

/// One of revokedCertificates.
struct RevocationListEntry: DERParseable, DERSerializable {
  var entry: RevocationList.Entry

  private static let reasonExtension: ASN1ObjectIdentifier = [2, 5, 29, 21]

  init(entry: RevocationList.Entry) { self.entry = entry }

  init(derEncoded node: ASN1Node) throws {
    entry = try DER.sequence(node, identifier: .sequence) { nodes in
      let serial = try ArraySlice<UInt8>(derEncoded: &nodes)
      let time = try CalendarTime(derEncoded: &nodes).time
      var entry = RevocationList.Entry(serial: Hexadecimal.text(serial), at: time, reason: .unspecified)
      guard let rest = nodes.next() else { return entry }
      for found in try DER.sequence(of: Certificate.Extension.self, identifier: .sequence, rootNode: rest) {
        if found.oid == Self.reasonExtension {
          entry.reason = try Self.reason(found.value)
        } else if found.critical {
          throw PKIError.notARevocationList("an entry's critical extension \(found.oid) is not understood")
        }
      }
      return entry
    }
  }

  func serialize(into coder: inout DER.Serializer) throws {
    guard let serial = Hexadecimal.bytes(entry.serial) else {
      throw PKIError.signing("a serial number is not hexadecimal")
    }
    try coder.appendConstructedNode(identifier: .sequence) { coder in
      try coder.serialize(serial[...])
      try coder.serialize(CalendarTime(entry.at))
      // Unspecified is said by saying nothing (section 5.3.1).
      guard entry.reason != .unspecified else { return }
      let value = [0x0A, 0x01, UInt8(entry.reason.rawValue)]
      try coder.serializeSequenceOf([
        Certificate.Extension(oid: Self.reasonExtension, critical: false, value: value[...])
      ])
    }
  }

  private static func reason(_ value: ArraySlice<UInt8>) throws -> RevocationReason {
    let node = try DER.parse(value)
    guard node.identifier == .enumerated, case .primitive(let bytes) = node.content, bytes.count == 1,
      let number = bytes.first, let reason = RevocationReason(rawValue: Int(number))
    else { throw PKIError.notARevocationList("an entry's reason is not one of RFC 5280's") }
    return reason
  }
}
