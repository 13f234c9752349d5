import Diagnostics
import FoundationEssentials

/// What the desk has sealed for a cluster's nodes: `sealed/manifest.json`, public, written whole with every change.
public struct SealedRecord: Sendable {
  /// The cluster.
  public let cluster: String
  /// The id of the static seal's key.
  public var sealKeyID: String?
  /// The id of the key before, during a rotation.
  public var previousSealKeyID: String?
  /// The release key that signed the sidecars, PEM.
  public var releaseKey: String?
  /// The policy that the bundles are sealed under: `standard sha256 13`.
  public var policy: String?
  /// Whether it is a lab's.
  public var isLab = false
  /// The sets of recovery shares that were given out, the newest last; one without shares says that somebody went without.
  public var escrows: [Escrow] = []
  /// The sealed bundles by `NODE.BUNDLE`.
  public var bundles: [String: Bundle] = [:]

  /// The recovery shares that were given out.
  public struct Escrow: Sendable, Hashable, Codable {
    /// The key that they recover.
    public var keyID: String
    /// How many there are.
    public var shares: Int
    /// How many of them recover the key.
    public var threshold: Int
    /// The number that all shares of the set carry.
    public var identifier: Int
    /// When they were made, in seconds since 1970.
    public var at: Int64
  }

  /// One sealed bundle.
  public struct Bundle: Sendable, Hashable, Codable {
    /// A hash of everything that was put in, none of it secret: where it differs, the bundle is sealed again.
    public var inputs: String
    /// What identifies each secret inside, by its name: a serial number, a key id. Nothing secret.
    public var entries: [String: String]
    /// SHA-256 of the identity file that it is sealed for.
    public var identity: String
    /// When it was sealed, in seconds since 1970.
    public var at: Int64
  }

  private struct Stored: Decodable {
    struct Named: Decodable {
      var name: String
      var bundle: Bundle
    }
    var cluster: String
    var sealKeyID: String?
    var previousSealKeyID: String?
    var releaseKey: String?
    var policy: String?
    var insecureLab: Bool?
    var escrows: [Escrow]
    var bundles: [Named]
  }

  /// The shares that people have of the key `id`; `nil` where nothing was decided about it.
  func escrow(of id: String?) -> Escrow? { escrows.last { $0.keyID == id } }

  /// Nothing yet.
  init(cluster: String) { self.cluster = cluster }

  /// Reads the text that ``text`` writes; `file` is for messages.
  init(reading text: [UInt8], file: String) throws(DeskError) {
    guard let stored = try? JSONDecoder().decode(Stored.self, from: Data(text)) else {
      throw .refused("\(file) is not the desk's record of what is sealed, or is damaged")
    }
    cluster = stored.cluster
    sealKeyID = stored.sealKeyID
    previousSealKeyID = stored.previousSealKeyID
    releaseKey = stored.releaseKey
    policy = stored.policy
    isLab = stored.insecureLab ?? false
    escrows = stored.escrows
    bundles = Dictionary(stored.bundles.map { ($0.name, $0.bundle) }) { first, _ in first }
  }

  /// The record as JSON, a bundle on each line.
  var text: [UInt8] {
    var members: [JSONText.Member] = [.init("cluster", .string(cluster))]
    if let sealKeyID { members.append(.init("sealKeyID", .string(sealKeyID))) }
    if let previousSealKeyID { members.append(.init("previousSealKeyID", .string(previousSealKeyID))) }
    if let releaseKey { members.append(.init("releaseKey", .string(releaseKey))) }
    if let policy { members.append(.init("policy", .string(policy))) }
    if isLab { members.append(.init("insecureLab", .boolean(true))) }
    let sets = escrows.map { escrow in
      JSONText.object([
        .init("keyID", .string(escrow.keyID)), .init("shares", .integer(escrow.shares)),
        .init("threshold", .integer(escrow.threshold)), .init("identifier", .integer(escrow.identifier)),
        .init("at", .integer(Int(escrow.at))),
      ])
    }
    members.append(.init("escrows", .array(sets)))
    var text = JSONText.object(members).compact
    text.removeLast()
    let lines = bundles.sorted { $0.key < $1.key }.map { name, bundle in
      Array("\n".utf8)
        + JSONText.object([
          .init("name", .string(name)),
          .init(
            "bundle",
            .object([
              .init("inputs", .string(bundle.inputs)), .init("identity", .string(bundle.identity)),
              .init(
                "entries", .object(bundle.entries.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })),
              .init("at", .integer(Int(bundle.at))),
            ])),
        ]).compact
    }
    return text + Array(",\n\"bundles\":[".utf8) + lines.joined(separator: [UInt8(ascii: ",")]) + Array("\n]}\n".utf8)
  }
}
