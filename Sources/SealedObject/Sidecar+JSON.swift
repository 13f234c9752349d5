import BaseEncodings
public import Diagnostics
import TPMStructures

extension Sidecar {
  private static let version = 1
  private static let names = [
    "version", "policy", "cluster", "node", "bank", "pcrs", "capPCR", "epoch", "srk", "keyID", "bundle", "releaseKey",
    "approvals", "signature",
  ]

  /// The file's bytes. Reading and printing again gives the same.
  public var text: [UInt8] { JSONText.object(members + [JSONText.Member("signature", signatureJSON)]).pretty }

  /// What is signed: all members but the signature, compact.
  var signedBytes: [UInt8] { JSONText.object(members).compact }

  /// Reads a sidecar. The sidecar is `nil` where the report has errors; signatures are not checked here.
  public static func read(_ text: [UInt8]) -> (sidecar: Sidecar?, report: Report) {
    var reader = JSONFileReader(text)
    let root = reader.root()
    let sidecar = root.flatMap { Sidecar($0, &reader) }
    return (reader.report.hasErrors ? nil : sidecar, reader.report)
  }

  private init?(_ root: JSONFileReader.Place, _ reader: inout JSONFileReader) {
    let members = reader.members(root, Self.names)
    if let version = reader.integer(members["version"]), version != Self.version, let place = members["version"] {
      reader.error("version \(version) is not known, \(Self.version) is", at: place)
    }
    let policy = Self.policy(members, &reader)
    let cluster = Self.name(members["cluster"], &reader)
    let node = Self.name(members["node"], &reader)
    let epoch = reader.optional(members["epoch"]) { EpochCounter($1, &$0) }
    let srk = members["srk"].flatMap { StorageRootKey($0, &reader) }
    let keyID = reader.hexadecimal(members["keyID"], count: 32).flatMap { KeyID(Hexadecimal.text($0)) }
    let bundle = reader.optional(members["bundle"]) { $0.hexadecimal($1, count: 32) }
    let releaseKey = reader.optional(members["releaseKey"]) { reader, place in
      reader.base64(place).flatMap { der in
        reader.attempt(at: place) { () throws(SealedObjectError) in try ReleaseKey(der: der) }
      }
    }
    var approvals: [Approval] = []
    for place in reader.elements(members["approvals"]) ?? [] {
      guard let bank = policy?.binding?.bank else {
        if policy != nil { reader.error("tpm-only has no approvals", at: place) }
        continue
      }
      if let approval = Approval(place, bank: bank, &reader) { approvals.append(approval) }
    }
    let signature = Self.signature(members["signature"], &reader)
    guard let policy, let cluster, let node, let srk, let keyID, let signature else { return nil }
    self.init(
      policy: policy, cluster: cluster, node: node, epoch: epoch, srk: srk, keyID: keyID, bundle: bundle,
      releaseKey: releaseKey, approvals: approvals)
    self.signature = signature
    if let refusal = presenceRefusal { reader.error("\(refusal)", at: root) }
  }

  /// What the policy needs or forbids and the sidecar has not or has.
  private var presenceRefusal: SealedObjectError? {
    do {
      _ = try context()
      return nil
    } catch {
      return error
    }
  }

  private static func policy(
    _ members: [String: JSONFileReader.Place], _ reader: inout JSONFileReader
  ) -> SealingPolicy? {
    let name = reader.string(members["policy"])
    let bankName = reader.optional(members["bank"]) { $0.string($1) }
    let capPCR = reader.optional(members["capPCR"]) { $0.integer($1) }
    let pcrs = reader.elements(members["pcrs"])?.compactMap { reader.integer($0) }
    guard let name, let pcrs, let place = members["policy"] else { return nil }
    let policy = reader.attempt(at: place) { () throws(SealedObjectError) in
      let bank = bankName.flatMap { HashAlgorithm(name: $0) }
      if let bankName, bank == nil { throw .bank(bankName) }
      return try SealingPolicy(name: name, bank: bank, capPCR: capPCR)
    }
    if let policy, policy.pcrs != pcrs, let place = members["pcrs"] {
      reader.error("\(name) is over PCRs \(policy.pcrs.map(String.init).joined(separator: ", "))", at: place)
    }
    return policy
  }

  private static func name(_ place: JSONFileReader.Place?, _ reader: inout JSONFileReader) -> String? {
    guard let place, let name = reader.string(place) else { return nil }
    guard name.isEmpty || PolicyContext.isName(name) else {
      reader.error("a name of up to 253 printable ASCII characters is expected", at: place)
      return nil
    }
    return name
  }

  private static func signature(
    _ place: JSONFileReader.Place?, _ reader: inout JSONFileReader
  ) -> SidecarSignature? {
    let members = reader.members(place, ["algorithm", "value"])
    guard let place, let algorithm = reader.string(members["algorithm"]), let value = reader.base64(members["value"])
    else { return nil }
    guard let signature = SidecarSignature(algorithm: algorithm, value: value) else {
      reader.error("a signature of ecdsa-p256-sha256 (64 bytes) or hmac-sha256 (32 bytes) is expected", at: place)
      return nil
    }
    return signature
  }

  private var members: [JSONText.Member] {
    let binding = policy.binding
    return [
      JSONText.Member("version", .integer(Self.version)),
      JSONText.Member("policy", .string(policy.name)),
      JSONText.Member("cluster", .string(cluster)),
      JSONText.Member("node", .string(node)),
      JSONText.Member("bank", binding.map { .string("\($0.bank)") } ?? .null),
      JSONText.Member("pcrs", .array(policy.pcrs.map { .integer($0) })),
      JSONText.Member("capPCR", binding.map { .integer($0.capPCR) } ?? .null),
      JSONText.Member("epoch", epoch?.json ?? .null),
      JSONText.Member("srk", srk.json),
      JSONText.Member("keyID", .string("\(keyID)")),
      JSONText.Member("bundle", bundle.map { .string(Hexadecimal.text($0)) } ?? .null),
      JSONText.Member("releaseKey", releaseKey.map { .string(Base64.string($0.der)) } ?? .null),
      JSONText.Member("approvals", .array(approvals.map(\.json))),
    ]
  }

  private var signatureJSON: JSONText {
    guard let signature else { return .null }
    return .object([
      JSONText.Member("algorithm", .string(signature.algorithm)),
      JSONText.Member("value", .string(Base64.string(signature.value))),
    ])
  }
}
