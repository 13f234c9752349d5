/// A version of three numbers, as Kubernetes, CRI-O and podman release them.
struct ReleaseVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The first number.
  var major: Int
  /// The second number.
  var minor: Int
  /// The third number.
  var patch: Int

  /// What it is, in the words of a finding.
  static let rule = "a version of three numbers such as 1.36.2"

  /// Reads `MAJOR.MINOR.PATCH` in decimal digits without leading zeros; `nil` for anything else.
  init?(_ text: some StringProtocol) {
    let numbers = text.split(separator: ".", omittingEmptySubsequences: false).compactMap { part -> Int? in
      guard part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(part), String(number) == part else {
        return nil
      }
      return number
    }
    guard numbers.count == 3, numbers.map(String.init).joined(separator: ".") == text else { return nil }
    (major, minor, patch) = (numbers[0], numbers[1], numbers[2])
  }

  /// `MAJOR.MINOR.PATCH`.
  var description: String { "\(major).\(minor).\(patch)" }

  /// Orders by number.
  static func < (left: ReleaseVersion, right: ReleaseVersion) -> Bool {
    (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
  }

  /// How many minor releases this is behind `other`; `nil` where the major numbers differ.
  func minorsBehind(_ other: ReleaseVersion) -> Int? { major == other.major ? other.minor - minor : nil }
}
