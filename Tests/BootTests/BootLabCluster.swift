import Foundation
import TestSupport

/// The cluster that `make lab` has made and sealed, named by LL_LAB.
struct BootLabCluster {
  static let folder = ProcessInfo.processInfo.environment["LL_LAB"]
  /// Whether `make boot-all` runs.
  static let runsEverything = folder != nil && ProcessInfo.processInfo.environment["LL_LAB_ALL"] != nil
  static let whyNot = "LL_LAB names no lab (make boot)"

  /// What `ll-bootimage boot` printed, a line for each boot.
  struct Boot: Decodable {
    struct Stage: Decodable {
      var unit: String
      var state: String
      var readyMilliseconds: Int?
      var failures: Int
      var words: String
    }
    struct Break: Decodable {
      var unit: String
      var words: String
      var log: [String]
    }
    var node: String
    var readyMilliseconds: Int?
    var budgetMilliseconds: Int
    var leftMilliseconds: Int?
    var stages: [Stage]
    var broken: Break?

    func stage(_ unit: String) -> Stage? { stages.first { $0.unit == unit } }
  }

  /// A finished `ll-bootimage boot`.
  struct Outcome {
    var command: Command
    var boots: [Boot]

    /// Why a boot that was to succeed did not.
    var why: String {
      let broken = boots.compactMap(\.broken).map { broken in
        "\(broken.unit): \(broken.words)\n" + broken.log.map { "  \($0)\n" }.joined()
      }
      return command.errors + broken.joined()
    }
  }

  let path: String
  /// The simulated TPMs, copied: a boot changes them, and another test begins with a node that was never booted.
  let tpms: TemporaryFolder
  /// The journals and consoles of every boot, for whoever reads a failure; the next run of the same test takes its place.
  let kept: String

  /// - Parameters:
  ///   - desk: the folder below `LL_LAB` with another cluster than the usual one.
  ///   - name: of the folder below `LL_LAB/kept`.
  init(desk: String? = nil, name: String) throws {
    path = (Self.folder ?? "") + (desk.map { "/\($0)" } ?? "")
    tpms = try TemporaryFolder()
    kept = "\(path)/kept/\(name)"
    try? FileManager.default.removeItem(atPath: kept)
    try FileManager.default.createDirectory(atPath: kept, withIntermediateDirectories: true)
    let copy = try Command(["cp", "-aT", "\(path)/tpms", tpms.url.path])
    guard copy.status == 0 else { throw CocoaError(.fileReadUnknown, userInfo: [NSFilePathErrorKey: path]) }
  }

  /// Boots `node`.
  func boot(_ node: String, _ more: [String] = [], seconds: Int = 300) throws -> Outcome {
    let libraries = try SharedFolder.swiftLibraries()
    let command = try Command(
      [
        BuiltProgram.path("ll-bootimage"), "boot", "--node", node, "--cluster", "\(path)/cluster.yaml", "--images",
        "\(path)/images", "--desk", path, "--state", tpms.url.path, "--store", "\(path)/store", "--artifacts",
        "\(path)/artifacts", "--bind-ro", libraries, "--keep", kept, "--timeout", "\(seconds)", "--format",
        "json",
      ] + more, in: SharedFolder.checkout, seconds: 2 * seconds + 120)
    let boots = try command.output.split(separator: "\n").map {
      try JSONDecoder().decode(Boot.self, from: Data($0.utf8))
    }
    return Outcome(command: command, boots: boots)
  }

  /// Lets the node `name` have the simulated TPM of the node `other`.
  func giveTPM(of other: String, to name: String) throws {
    try FileManager.default.removeItem(at: tpms.url.appendingPathComponent(name))
    let copy = try Command(["cp", "-aT", "\(path)/tpms/\(other)", tpms.url.appendingPathComponent(name).path])
    guard copy.status == 0 else { throw CocoaError(.fileReadUnknown, userInfo: [NSFilePathErrorKey: other]) }
  }
}

extension SharedFolder {
  /// The toolchain's libraries, which a debug build's programs need.
  static func swiftLibraries() throws -> String {
    URL(fileURLWithPath: try Command(["sh", "-c", "realpath \"$(command -v swift)\""]).output.trimmed)
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("lib/swift/linux").path
  }
}

extension String {
  fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
