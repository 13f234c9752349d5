/// Stops an operator from tainting a large part of its nodes at once: more leases than a set share that expire together speak
/// against the operator or its network, not against the nodes.
public struct ExpiryBrake: Sendable, Hashable {
  /// The share of all seats that may be tainted within `window`, in percent, 0 to 100.
  public var share: Int
  /// As many may be tainted within `window` in any case: a share of a few nodes would be none.
  public var minimum: Int
  /// Over how long taints are counted.
  public var window: Duration
  private var recent: [BootTime] = []

  /// A brake; 20 percent, at least 2 nodes, within 5 minutes unless said otherwise.
  public init(share: Int = 20, minimum: Int = 2, window: Duration = .seconds(300)) {
    self.share = min(max(share, 0), 100)
    self.minimum = max(minimum, 0)
    self.window = window
  }

  /// What to do with nodes whose lease expired.
  public enum Verdict: Sendable, Hashable {
    /// Taint these.
    case taint([String])
    /// Taint none, and say so: this many expired, and only this many more may be tainted now.
    case hold(expired: [String], allowed: Int)
  }

  /// How many of `seats` may be tainted within the window.
  public func allowance(seats: Int) -> Int { max(minimum, seats * share / 100) }

  /// Judges the nodes that want the taint and do not have it. It holds all of them or none.
  ///
  /// - Parameters:
  ///   - expired: Their names.
  ///   - seats: How many seats are taken in all.
  ///   - released: A person has looked and lets them be tainted, however many.
  public mutating func judge(expired: [String], seats: Int, released: Bool = false, at now: BootTime) -> Verdict {
    recent.removeAll { now - $0 >= window }
    let allowed = max(allowance(seats: seats) - recent.count, 0)
    guard expired.count <= allowed || released else { return .hold(expired: expired, allowed: allowed) }
    recent.append(contentsOf: repeatElement(now, count: expired.count))
    return .taint(expired)
  }
}
