public import BootImage
public import Recovery
public import SecretMemory

/// Proves that recovery shares are worth what they say: every threshold's worth of them brings the key back, and no fewer do.
public struct SharesDrill {
  /// What a drill found.
  public struct Outcome: Sendable, Hashable {
    /// The key that the shares bring back.
    public var keyID: String
    /// How many are needed.
    public var threshold: Int
    /// How many combinations of that many were tried; all gave the key.
    public var combinations: Int
    /// How many combinations of one fewer were tried; none gave it.
    public var refused: Int
  }

  /// The most combinations that are tried: each costs some 20,000 rounds of PBKDF2.
  static let limit = 2_000

  /// The id of the static seal's key of a cluster, which is public.
  public static func keyID(_ paths: DeskPaths, cluster: ClusterDefinition) throws(DeskError) -> String {
    guard let id = try SealedFolder.read(paths, cluster: cluster.name)?.escrows.last(where: { $0.shares > 0 })?.keyID
    else {
      throw .refused("\(paths.sealedRecord) knows of no recovery shares")
    }
    return id
  }

  /// Reads the texts of printed shares, or bare words; `names` are for messages.
  public static func shares(_ texts: [(name: String, text: SecretBytes)]) throws(DeskError) -> [RecoveryShare] {
    try texts.map { (name, text) throws(DeskError) in
      try DeskError.refusing(name) { () throws(RecoveryError) in try SharePrint.share(in: text) }
    }
  }

  /// The key of the shares, and its id.
  public static func recover(_ shares: [RecoveryShare]) throws(DeskError) -> (key: SecretBytes, id: String) {
    let key = try DeskError.refusing("the shares") { () throws(RecoveryError) in try RecoveryShare.combine(shares) }
    return (key, NodeSecrets.id(of: key))
  }

  /// Tries every combination. `expected` is the id of the key that the shares are said to be of.
  public static func run(_ shares: [RecoveryShare], expected: String?) throws(DeskError) -> Outcome {
    guard let threshold = shares.first?.threshold else { throw .refused("no share was given") }
    let (_, id) = try recover(shares)
    if let expected, expected != id {
      throw .refused("the shares bring back the key \(id), and the cluster's is \(expected): they are of an older key")
    }
    let enough = Combinations.of(shares.count, choosing: threshold)
    let fewer = Combinations.of(shares.count, choosing: threshold - 1)
    guard enough.count + fewer.count <= limit else {
      throw .refused("\(shares.count) shares have more than \(limit) combinations: give fewer at a time")
    }
    for places in enough {
      let key = try recover(places.map { shares[$0] })
      guard key.id == id else { throw .refused("shares \(numbers(places, shares)) bring back another key, \(key.id)") }
    }
    for places in fewer {
      let few = places.map { shares[$0] }
      if (try? RecoveryShare.combine(few)) != nil {
        throw .refused(
          "\(few.count) shares, \(numbers(places, shares)), bring a key back: they are too few to be allowed to")
      }
      let fails = try DeskError.refusing("shares \(numbers(places, shares))") { () throws(RecoveryError) in
        try RecoveryShare.interpolationFails(few)
      }
      guard fails else {
        throw .refused(
          "\(few.count) shares, \(numbers(places, shares)), determine the key: they are too few to be allowed to")
      }
    }
    return Outcome(keyID: id, threshold: threshold, combinations: enough.count, refused: fewer.count)
  }

  private static func numbers(_ places: [Int], _ shares: [RecoveryShare]) -> String {
    places.map { "\(shares[$0].index)" }.joined(separator: ", ")
  }
}
