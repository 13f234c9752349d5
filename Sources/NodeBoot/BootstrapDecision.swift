/// Whether OpenBao's next start may initialise a new cluster.
public enum BootstrapDecision: Sendable, Hashable {
  /// The self-initialisation is kept from OpenBao: it starts with what it has, or joins its peers.
  case withheld(Reason)
  /// The self-initialisation lies where OpenBao reads it.
  case allowed(Circumstances)

  /// Why nothing may be initialised.
  public enum Reason: Sendable, Hashable {
    /// OpenBao was healthy with the data in this folder.
    case dataInUse(folder: String)
    /// The TPM remembers that this node was part of a cluster, since that time.
    case nodeWasInitialised(time: String)
    /// A peer is initialised: its name, and the status that it answers.
    case peerIsInitialised(name: String, status: Int)
  }

  /// How it came that a new cluster may be initialised.
  public struct Circumstances: Sendable, Hashable {
    /// How many peers said that they are not initialised.
    public var uninitialised: Int
    /// The peers that a person vouched for, because they do not exist yet.
    public var absent: [String]
    /// What an interrupted self-initialisation, or a start without one, had left, and is deleted.
    public var wiped: [String] = []
    /// Whether the data folder holds data of which nobody knows whose it is. It is left alone: where it is a cluster's, OpenBao goes on with it
    /// and initialises nothing.
    public var keepsUnknownData = false
  }

  /// Whether the self-initialisation is where OpenBao reads it.
  public var isAllowed: Bool { if case .allowed = self { true } else { false } }
}

extension BootstrapDecision: CustomStringConvertible {
  /// The decision, its reason and, where a person may want it otherwise, how.
  public var description: String {
    switch self {
    case .withheld(.dataInUse(let folder)):
      "withheld: OpenBao was healthy with the data in \(folder), and goes on with it"
    case .withheld(.nodeWasInitialised(let time)):
      "withheld: this TPM remembers that its node was part of a cluster (\(time)): it joins its peers and initialises"
        + " nothing. Only if that cluster is gone for good: ll-tpm initialised clear; systemctl restart openbao"
    case .withheld(.peerIsInitialised(let name, let status)):
      "withheld: \(name) is initialised (\(status)): this node joins it"
    case .allowed(let circumstances):
      "allowed: \(circumstances.words)"
    }
  }
}

extension BootstrapDecision.Circumstances {
  fileprivate var words: String {
    let count = uninitialised + absent.count
    var parts = [
      count == 0 ? "there are no peers" : "\(uninitialised) of \(count) peers say that they are not initialised"
    ]
    if !absent.isEmpty { parts.append("without \(absent.joined(separator: ", ")), which a person declared absent") }
    if !wiped.isEmpty {
      parts.append("an earlier start never came to work, its data is deleted: \(wiped.joined(separator: ", "))")
    }
    if keepsUnknownData {
      parts.append(
        "the data folder holds data that is not known here, and keeps it; should OpenBao refuse to unseal with it, move it away"
      )
    }
    return parts.joined(separator: "; ")
  }
}
