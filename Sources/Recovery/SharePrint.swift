/// A share as its holder gets it on paper or in a file: what it is, what to do with it, its words and a QR code of
/// them.
public struct SharePrint: Sendable, Equatable {
  /// The cluster's name.
  public var cluster: String
  /// Which key the share recovers, as the desk calls it.
  public var keyID: String
  /// How many shares there are, 2 to 16.
  public var shares: Int
  /// The day on which the share was made, as a person reads it.
  public var made: String
  /// The share itself.
  public var share: RecoveryShare

  /// What is printed. The three texts are 1 to 64 printable ASCII characters; ``text(on:)`` says where they are not.
  public init(cluster: String, keyID: String, shares: Int, made: String, share: RecoveryShare) {
    self.cluster = cluster
    self.keyID = keyID
    self.shares = shares
    self.made = made
    self.share = share
  }

  /// How wide a page is, in characters.
  static let columns = 80
}

extension SharePrint {
  /// The lines of the head that are read back, as they begin.
  enum Label: String, CaseIterable {
    case cluster = "Cluster"
    case key = "Key"
    case made = "Made"
    case share = "Share"

    /// The name and blanks up to where the value begins.
    var start: String { rawValue + String(repeating: " ", count: Self.width - rawValue.utf8.count) }

    static let width = 10
  }

  static let longestLabel = 64

  /// Whether a label can be printed on one line and be read back.
  static func isPrintable(_ text: String) -> Bool {
    (1...longestLabel).contains(text.utf8.count) && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
      && text.utf8.first != 0x20 && text.utf8.last != 0x20
  }
}
