import Foundation
import TestSupport
import Testing

@Suite("ll-bootimage quadlet")
struct QuadletCommandTests {
  private struct Result: Decodable {
    var services: [String: String]
    var report: [Entry]
    struct Entry: Decodable {
      var kind: String
      var message: String
      var file: String
      var line: Int?
      var column: Int?
    }
  }

  private struct Case: Decodable {
    var name: String
    var mode: String
    var units: [Unit]
    var exit_code: Int
    var services: [String: String]
    var varies: [String: [String]]
    struct Unit: Decodable {
      var filename: String
      var text: String
    }
  }

  private func run(_ arguments: String...) throws -> Command {
    try Command([BuiltProgram.path("ll-bootimage"), "quadlet"] + arguments)
  }

  @Test(
    "what podman's own generator made of folders with drop-ins, templates, pods and user mode comes out of the program",
    .enabled(if: SharedFolder.url != nil, "the shared folder is not here"))
  func recorded() throws {
    let lines = try SharedFolder.bytes(of: "conformance/quadlet/cases.jsonl").split(separator: UInt8(ascii: "\n"))
    let cases = try lines.map { try JSONDecoder().decode(Case.self, from: Data($0)) }
    // Files that only an absolute path in the recording's own folder would make equal stay with the library's tests.
    let chosen = cases.filter { recorded in
      recorded.varies.isEmpty && recorded.units.allSatisfy { !$0.filename.hasPrefix("users/") }
        && recorded.services.values.allSatisfy { $0.contains("SourcePath=/etc/containers/systemd/") }
    }
    // Every seventh: a process each, and every kind and both modes are among them.
    let sample = chosen.enumerated().filter { $0.offset % 7 == 0 }.map(\.element)
    try #require(sample.count > 20, "\(chosen.count) of \(cases.count) cases")
    for recorded in sample {
      let folder = try TemporaryFolder()
      for unit in recorded.units { try folder.write(unit.text, to: unit.filename) }
      let user = recorded.mode == "user" ? ["--user"] : []
      let result = try Command(
        [BuiltProgram.path("ll-bootimage"), "quadlet", folder.url.path, "--format", "json"] + user
          + ["--unit-dir", "/etc/containers/systemd"])
      #expect(result.status == Int32(recorded.exit_code), "\(recorded.name)")
      let decoded = try JSONDecoder().decode(Result.self, from: Data(result.output.utf8))
      #expect(decoded.services.mapValues(Self.directives) == recorded.services.mapValues(Self.directives))
    }
  }

  private static func directives(_ text: String) -> [Substring] {
    text.split(separator: "\n").filter { !$0.hasPrefix("#") }
  }

  @Test("a refused unit is status 1 with file, line and column, and the others are converted all the same")
  func findings() throws {
    let folder = try TemporaryFolder()
    try folder.write("[Container]\nImage=quay.io/example/web:1\n", to: "web.container")
    try folder.write("[Container]\nImage=quay.io/example/bad:1\nImgae=x\n", to: "bad.container")
    try folder.write("[Container]\nNetwork=absent.network\nImage=quay.io/example/x:1\n", to: "x.container")
    let text = try run(folder.url.path)
    #expect(text.status == 1 && text.output.hasPrefix("---web.service---\n[X-Container]\n"), "\(text.output)")
    #expect(text.errors.contains("\(folder.url.path)/bad.container:3:1: error: unsupported key 'Imgae'"))
    #expect(text.errors.contains("\(folder.url.path)/x.container:2:1: error: requested Quadlet unit absent.network"))
    let json = try run(folder.url.path, "--format", "json")
    let decoded = try JSONDecoder().decode(Result.self, from: Data(json.output.utf8))
    #expect(json.status == 1 && decoded.services.keys.sorted() == ["web.service"])
    #expect(Set(decoded.report.map { "\($0.kind) \($0.line ?? 0):\($0.column ?? 0)" }) == ["error 2:1", "error 3:1"])
  }

  @Test("a key that the chosen podman does not know yet is refused, and known to a later one")
  func podmanVersion() throws {
    let folder = try TemporaryFolder()
    try folder.write("[Container]\nImage=quay.io/example/web:1\nReloadSignal=HUP\n", to: "web.container")
    #expect(try run(folder.url.path, "--podman", "5.8.2").status == 0)
    let old = try run(folder.url.path, "--podman", "5.0")
    #expect(old.status == 1 && old.errors.contains("web.container:3:1: error: "), "\(old.errors)")
    #expect(old.errors.contains("ReloadSignal"))
    #expect(try run(folder.url.path, "--podman", "five").status == 2)
  }

  @Test("the system's generator leaves the folder of its users alone; links are followed, also in a circle")
  func folders() throws {
    let folder = try TemporaryFolder()
    try folder.write("[Container]\nImage=quay.io/example/web:1\n", to: "web.container")
    try folder.write("[Container]\nImage=quay.io/example/u:1\n", to: "users/u.container")
    try folder.write("[Service]\nRestart=always\n", to: "elsewhere.d/10-restart.conf")
    let files = FileManager.default
    try files.createSymbolicLink(
      atPath: folder.url.path + "/web.container.d", withDestinationPath: folder.url.path + "/elsewhere.d")
    try files.createSymbolicLink(atPath: folder.url.path + "/loop", withDestinationPath: folder.url.path)
    try files.createSymbolicLink(atPath: folder.url.path + "/gone.container", withDestinationPath: "/nowhere")
    let result = try run(folder.url.path)
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    #expect(result.output.components(separatedBy: "---").count == 3, "\(result.output)")
    let user = try run(folder.url.path, "--user")
    #expect(user.output.contains("---u.service---") && user.output.contains("---web.service---"))
  }

  @Test("a folder that is not there, or is none, is the environment; an empty one is said")
  func environment() throws {
    #expect(try run("/nowhere").status == 3)
    #expect(try run("/etc/hostname").status == 3)
    let folder = try TemporaryFolder()
    let empty = try run(folder.url.path)
    #expect(empty.status == 0 && empty.output.isEmpty && empty.errors.contains("warning: no quadlets here"))
  }
}
