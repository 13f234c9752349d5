/// A seat's ratchet: a value that each session issues anew and the node saves before use. Who presents an old one is a copy, or
/// was set back to an older state.
public struct Ratchet: Sendable, Hashable {
  /// How many bytes a value has.
  public static let length = 32

  /// What was issued last; `nil` before the first session.
  public private(set) var current: [UInt8]?
  /// What was issued before that, while it may still be presented.
  public private(set) var previous: [UInt8]?
  /// A Heartbeat carried `current`: the node has saved it.
  public private(set) var isConfirmed: Bool
  /// `previous` was presented once already.
  public private(set) var isPreviousSpent: Bool

  /// What a presented value says.
  public enum Verdict: Sendable, Hashable {
    /// The seat has none yet.
    case first
    /// The last one issued.
    case current
    /// The one before, for the first time, and the last one was never confirmed: the node stopped before it saved it.
    case previousOnce
    /// The one before, again.
    case previousAgain
    /// The one before, though the node had confirmed the last one.
    case setBack
    /// None, though the seat has one: the node lost its state.
    case missing
    /// Neither: older, or made up.
    case unknown

    /// Whether it is accepted without another look.
    public var isAccepted: Bool { self == .first || self == .current || self == .previousOnce }

    /// What is wrong, as a clause; empty where nothing is.
    public var words: String {
      switch self {
      case .first, .current, .previousOnce: ""
      case .previousAgain: "the ratchet value before the last was presented twice"
      case .setBack: "the ratchet value before the last was presented after the last had been confirmed"
      case .missing: "no ratchet value was presented"
      case .unknown: "the ratchet value presented is older than the last two"
      }
    }
  }

  /// A seat's ratchet before its first session, or as it was saved.
  public init(
    current: [UInt8]? = nil, previous: [UInt8]? = nil, isConfirmed: Bool = false, isPreviousSpent: Bool = false
  ) {
    self.current = current
    self.previous = previous
    self.isConfirmed = isConfirmed
    self.isPreviousSpent = isPreviousSpent
  }

  /// What `Hello.ratchet` says; empty means that none was presented.
  public func judge(_ presented: [UInt8]) -> Verdict {
    guard let current else { return .first }
    if presented.isEmpty { return .missing }
    if Ratchet.equal(presented, current) { return .current }
    guard let previous, Ratchet.equal(presented, previous) else { return .unknown }
    if isConfirmed { return .setBack }
    return isPreviousSpent ? .previousAgain : .previousOnce
  }

  /// Issues `value` to the session that presented `presented`. Saved before the Welcome goes out.
  ///
  /// What the node had saved stays acceptable once more: the value it presented is now the one before.
  public mutating func issue(_ value: [UInt8], presented: [UInt8]) {
    let verdict = judge(presented)
    isPreviousSpent = verdict == .previousOnce || verdict == .previousAgain
    previous = verdict == .current || isPreviousSpent ? presented : nil
    current = value
    isConfirmed = false
  }

  /// Takes `Heartbeat.ratchet`: whether it is the value of this session, which is confirmed by it.
  public mutating func confirm(_ value: [UInt8]) -> Bool {
    guard let current, Ratchet.equal(value, current) else { return false }
    isConfirmed = true
    return true
  }

  /// Compares in a time that tells nothing of where two values differ.
  static func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
