/// The one member that is read before the version is known.
struct VersionStub: SpecObject {
  var ignition = Inner()

  struct Inner: SpecObject {
    var version = ""

    static let blank = Self()
    static let fields: [Field<Self>] = [Field("version", { $0.version }, { $0.version = $1 })]
  }

  static let blank = Self()
  static let fields: [Field<Self>] = [Field("ignition", { $0.ignition }, { $0.ignition = $1 })]
}

/// A version as a config writes it, read with the rules of go-semver.
enum VersionName {
  /// The stable version that `name` is; `nil` where it is none.
  ///
  /// 3.7.0-experimental, which Ignition 2.26 knows, is taken for the newest: what it adds is not modelled.
  static func spec(_ name: String) -> SpecVersion? {
    guard let parts = parts(name), parts.build.isEmpty else { return nil }
    if parts.numbers == [3, 7, 0], parts.preRelease == "experimental" { return .newest }
    guard parts.preRelease.isEmpty else { return nil }
    return SpecVersion(rawValue: parts.numbers.map(String.init).joined(separator: "."))
  }

  /// Whether `name` is a version at all.
  static func isWellFormed(_ name: String) -> Bool { parts(name) != nil }

  private static func parts(_ name: String) -> (numbers: [Int], preRelease: Substring, build: Substring)? {
    let plus = name.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
    let dash = (plus.first ?? "").split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let dots = (dash.first ?? "").split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    let (preRelease, build) = (dash.dropFirst().first ?? "", plus.dropFirst().first ?? "")
    let numbers = dots.compactMap { Int($0) }
    guard dots.count == 3, numbers.count == 3, isIdentifier(preRelease), isIdentifier(build) else { return nil }
    return (numbers, preRelease, build)
  }

  private static func isIdentifier(_ text: Substring) -> Bool {
    text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
        true
      default: false
      }
    }
  }
}
