import TPM2
import TPMStructures

/// Which endorsement key of the TPM a node shows. Both are made from the TCG's templates, the same each time.
public enum EndorsementKeyKind: String, Sendable, Hashable, CaseIterable {
  /// ECC P-256, template L-2: what `ll-tpm identity` shows.
  case ecc
  /// RSA 2048, template L-1, for TPMs whose maker certified that one alone.
  case rsa

  var template: PublicArea {
    switch self {
    case .ecc: .eccEndorsementKey
    case .rsa: .rsaEndorsementKey
    }
  }

  // TCG EK Credential Profile 2.5, 2.2.1.4.
  var certificateIndex: UInt32 {
    switch self {
    case .ecc: 0x01C0_000A
    case .rsa: 0x01C0_0002
    }
  }

  // TCG TPM v2.0 Provisioning Guidance, 7.8: where platforms keep it, which saves seconds of making an RSA key.
  var persistentHandle: UInt32 {
    switch self {
    case .ecc: 0x8101_0002
    case .rsa: 0x8101_0001
    }
  }
}

/// The endorsement key, loaded, with what vouches for it.
struct EndorsementKeyReading {
  let handle: TPMHandle
  let publicArea: PublicArea
  private let isTransient: Bool

  /// The key of that kind; without a kind the one that the maker certified, ECC first.
  init(_ kind: EndorsementKeyKind?, in tpm: TPMContext) throws(TPMError) {
    let kind = if let kind { kind } else { try Self.certified(in: tpm) }
    if try tpm.handles(.persistent).contains(kind.persistentHandle) {
      let found = try tpm.entity(handle: kind.persistentHandle)
      let area = try tpm.readPublic(found).publicArea
      if area.isMade(from: kind.template) {
        handle = found
        publicArea = area
        isTransient = false
        return
      }
    }
    let made = try tpm.createPrimary(kind.template, in: .endorsement)
    handle = made.object
    publicArea = made.publicArea
    isTransient = true
  }

  /// Gives its slot back: a TPM has three at the least, and a certification needs two.
  func release(in tpm: TPMContext) throws(TPMError) { if isTransient { try tpm.flush(handle) } }

  /// A session that authorizes its use, once: the endorsement hierarchy's authorization value is empty on every machine
  /// that nobody has taken over.
  static func policySession(in tpm: TPMContext) throws(TPMError) -> TPMSession {
    let session = try tpm.startAuthSession(.policy)
    try tpm.policySecret(session, entity: .endorsement)
    return session
  }

  /// The certificates in the TPM: the key's own, then its chain (indices 0x01C00100 to 0x01C001FF). None where the
  /// maker left none.
  static func certificates(_ area: PublicArea, in tpm: TPMContext) throws(TPMError) -> [[UInt8]] {
    guard let kind = EndorsementKeyKind.allCases.first(where: { area.isMade(from: $0.template) }) else { return [] }
    let present = try tpm.handles(.nvIndex)
    guard present.contains(kind.certificateIndex) else { return [] }
    let own = DERSequences.split(try contents(kind.certificateIndex, in: tpm))
    guard let leaf = own.first else { return [] }
    var chain: [UInt8] = []
    for index in present where (0x01C0_0100...0x01C0_01FF).contains(index) {
      chain += try contents(index, in: tpm)
    }
    // What a peer reads of a node's certificates is bounded.
    return Array(([leaf] + DERSequences.split(chain)).prefix(8))
  }

  private static func certified(in tpm: TPMContext) throws(TPMError) -> EndorsementKeyKind {
    let present = try tpm.handles(.nvIndex)
    return EndorsementKeyKind.allCases.first { present.contains($0.certificateIndex) } ?? .ecc
  }

  private static func contents(_ number: UInt32, in tpm: TPMContext) throws(TPMError) -> [UInt8] {
    let index = try tpm.entity(handle: number)
    let area = try tpm.nvReadPublic(index).nvPublic
    guard area.attributes.contains(.written), area.dataSize > 0 else { return [] }
    return try tpm.nvRead(
      index, by: area.attributes.contains(.authRead) ? index : .owner, count: Int(area.dataSize))
  }
}

/// DER sequences one after the other, as certificates lie in NV indices.
enum DERSequences {
  /// The sequences. What vendors pad an index with, and a sequence that is cut off, ends the list.
  static func split(_ bytes: [UInt8]) -> [[UInt8]] {
    var found: [[UInt8]] = []
    var start = 0
    while start + 4 <= bytes.count, bytes[start] == 0x30, bytes[start + 1] == 0x82 {
      let end = start + 4 + Int(bytes[start + 2]) << 8 + Int(bytes[start + 3])
      guard end <= bytes.count else { break }
      found.append(Array(bytes[start..<end]))
      start = end
    }
    return found
  }
}

extension PublicArea {
  /// Whether all but the unique part is the template's.
  fileprivate func isMade(from template: PublicArea) -> Bool {
    guard nameAlgorithm == template.nameAlgorithm, attributes == template.attributes, authPolicy == template.authPolicy
    else { return false }
    switch (content, template.content) {
    case (.ecc(let own, _), .ecc(let wanted, _)): return own == wanted
    case (.rsa(let own, _), .rsa(let wanted, _)): return own == wanted
    default: return false
    }
  }
}
