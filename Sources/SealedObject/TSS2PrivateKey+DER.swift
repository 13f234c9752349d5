import SwiftASN1
import TPMStructures

extension TSS2PrivateKey {
  /// The key file that `der` is. Anything that would not be written the same again is refused.
  public init(der: [UInt8]) throws(SealedObjectError) {
    do {
      self = try DER.sequence(try DER.parse(der), identifier: .sequence) { nodes in try Self(fields: &nodes) }
    } catch let error as SealedObjectError {
      throw error
    } catch {
      throw .der("\(error)")
    }
    guard try self.der() == der else { throw .der("it is not in the one form that is written") }
  }

  /// The key file's DER. ``SealedObjectError/der(_:)`` where a field cannot be written.
  public func der() throws(SealedObjectError) -> [UInt8] {
    guard privateArea.count <= Int(UInt16.max), secret?.count ?? 0 <= Int(UInt16.max) else {
      throw .der("more than 65535 bytes in one field")
    }
    do {
      var serializer = DER.Serializer()
      try serializer.appendConstructedNode(identifier: .sequence) { try write(to: &$0) }
      return serializer.serializedBytes
    } catch {
      throw .der("\(error)")
    }
  }

  private init(fields nodes: inout ASN1NodeCollection.Iterator) throws {
    let type = try ASN1ObjectIdentifier(derEncoded: &nodes)
    guard let kind = Kind.allCases.first(where: { $0.identifier == type }) else {
      throw SealedObjectError.der("\(type) is not the type of a TPM 2.0 key file")
    }
    func optional<Value>(_ tag: UInt, _ read: (ASN1Node) throws -> Value) throws -> Value? {
      try DER.optionalExplicitlyTagged(&nodes, tagNumber: tag, tagClass: .contextSpecific, read)
    }
    self.kind = kind
    emptyAuth = try optional(0, EmptyAuth.init(node:)) ?? .absent
    policy = try optional(1, Self.policy)
    secret = try optional(2) { try Self.sizedContent("secret", try ASN1OctetString(derEncoded: $0)) }
    authPolicy = try optional(3) { try DER.sequence($0, identifier: .sequence, Self.authPolicies) }
    description = try optional(4) { String(decoding: try ASN1UTF8String(derEncoded: $0).bytes, as: UTF8.self) }
    rsaParent = try optional(5) { try Bool(derEncoded: $0) }
    let number = try Int64(derEncoded: &nodes)
    guard (Int64(Int32.min)...Int64(UInt32.max)).contains(number) else {
      throw SealedObjectError.der("the parent \(number) is not a handle")
    }
    parent = UInt32(truncatingIfNeeded: number)
    parentIsSigned = number < 0
    do {
      publicArea = try PublicArea(sizedWire: Array(try ASN1OctetString(derEncoded: &nodes).bytes))
    } catch let error as WireError {
      throw SealedObjectError.structure("pubkey", "\(error)")
    }
    privateArea = try Self.sizedContent("privkey", try ASN1OctetString(derEncoded: &nodes))
    guard (secret != nil) == (kind == .importable) else {
      throw SealedObjectError.der("exactly importable keys have a secret")
    }
  }

  private static func sizedContent(_ name: String, _ string: ASN1OctetString) throws -> [UInt8] {
    do throws(WireError) {
      var reader = WireReader(Array(string.bytes))
      let content = try reader.sizedBytes()
      try reader.finish()
      return content
    } catch {
      throw SealedObjectError.structure(name, "\(error)")
    }
  }

  private static func policy(_ node: ASN1Node) throws -> [PolicyCommand] {
    try DER.sequence(node, identifier: .sequence) { nodes in
      var commands: [PolicyCommand] = []
      while let node = nodes.next() {
        commands.append(
          try DER.sequence(node, identifier: .sequence) { fields in
            let code = try DER.explicitlyTagged(&fields, tagNumber: 0, tagClass: .contextSpecific) {
              try UInt32(derEncoded: $0)
            }
            let parameters = try DER.explicitlyTagged(&fields, tagNumber: 1, tagClass: .contextSpecific) {
              try ASN1OctetString(derEncoded: $0)
            }
            return PolicyCommand(code: code, parameters: Array(parameters.bytes))
          })
      }
      return commands
    }
  }

  private static func authPolicies(_ nodes: inout ASN1NodeCollection.Iterator) throws -> [AuthPolicy] {
    var policies: [AuthPolicy] = []
    while let node = nodes.next() {
      policies.append(
        try DER.sequence(node, identifier: .sequence) { fields in
          let name = try DER.optionalExplicitlyTagged(&fields, tagNumber: 0, tagClass: .contextSpecific) {
            String(decoding: try ASN1UTF8String(derEncoded: $0).bytes, as: UTF8.self)
          }
          return AuthPolicy(
            name: name,
            policy: try DER.explicitlyTagged(&fields, tagNumber: 1, tagClass: .contextSpecific, Self.policy))
        })
    }
    return policies
  }

  private func write(to coder: inout DER.Serializer) throws {
    func tagged(_ tag: UInt, _ write: (inout DER.Serializer) throws -> Void) rethrows {
      try coder.appendConstructedNode(identifier: .init(tagWithNumber: tag, tagClass: .contextSpecific), write)
    }
    try coder.serialize(kind.identifier)
    if let octet = emptyAuth.octet {
      tagged(0) { $0.appendPrimitiveNode(identifier: .boolean) { $0.append(octet) } }
    }
    if let policy { try tagged(1) { try Self.write(policy, to: &$0) } }
    if let secret { try tagged(2) { try $0.serialize(ASN1OctetString(contentBytes: Self.sized(secret)[...])) } }
    if let authPolicy { try tagged(3) { try Self.write(authPolicy, to: &$0) } }
    if let description { try tagged(4) { try $0.serialize(ASN1UTF8String(description)) } }
    if let rsaParent { try tagged(5) { try $0.serialize(rsaParent) } }
    try coder.serialize(parentIsSigned ? Int64(Int32(bitPattern: parent)) : Int64(parent))
    try coder.serialize(ASN1OctetString(contentBytes: exportedPublic[...]))
    try coder.serialize(ASN1OctetString(contentBytes: exportedPrivate[...]))
  }

  private static func write(_ policy: [PolicyCommand], to coder: inout DER.Serializer) throws {
    try coder.appendConstructedNode(identifier: .sequence) { coder in
      for command in policy {
        try coder.appendConstructedNode(identifier: .sequence) { coder in
          try coder.serialize(command.code, explicitlyTaggedWithTagNumber: 0, tagClass: .contextSpecific)
          let parameters = ASN1OctetString(contentBytes: command.parameters[...])
          try coder.serialize(parameters, explicitlyTaggedWithTagNumber: 1, tagClass: .contextSpecific)
        }
      }
    }
  }

  private static func write(_ authPolicy: [AuthPolicy], to coder: inout DER.Serializer) throws {
    try coder.appendConstructedNode(identifier: .sequence) { coder in
      for signed in authPolicy {
        try coder.appendConstructedNode(identifier: .sequence) { coder in
          if let name = signed.name {
            try coder.serialize(ASN1UTF8String(name), explicitlyTaggedWithTagNumber: 0, tagClass: .contextSpecific)
          }
          let tag = ASN1Identifier(tagWithNumber: 1, tagClass: .contextSpecific)
          try coder.appendConstructedNode(identifier: tag) { try write(signed.policy, to: &$0) }
        }
      }
    }
  }
}

extension TSS2PrivateKey.Kind {
  /// The object identifier under id-tpmkey, 2.23.133.10.1.
  fileprivate var identifier: ASN1ObjectIdentifier {
    switch self {
    case .loadable: [2, 23, 133, 10, 1, 3]
    case .importable: [2, 23, 133, 10, 1, 4]
    case .sealed: [2, 23, 133, 10, 1, 5]
    }
  }
}

extension TSS2PrivateKey.EmptyAuth {
  fileprivate init(node: ASN1Node) throws {
    guard node.identifier == .boolean, case .primitive(let octets) = node.content, octets.count == 1 else {
      throw SealedObjectError.der("emptyAuth is not a BOOLEAN")
    }
    switch octets.first {
    case 0x00: self = .no
    case 0x01: self = .nonDERTrue
    case 0xFF: self = .yes
    default: throw SealedObjectError.der("emptyAuth is neither TRUE nor FALSE")
    }
  }

  fileprivate var octet: UInt8? {
    switch self {
    case .absent: nil
    case .no: 0x00
    case .yes: 0xFF
    case .nonDERTrue: 0x01
    }
  }
}
