import Foundation
import TestSupport
import Testing

/// Identities, shares and sealed files that `seal` and `build` do not take.
@Suite("seal and build refuse", .enabled(if: ExampleDesk.isPossible, ExampleDesk.whyNot))
struct SealRefusalTests {
  private static func expectRefusal(
    _ desk: ExampleDesk, _ words: String, status: Int32 = 1, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Command
  ) throws {
    try DeskRefusalTests.expectRefusal(desk, words, status: status, sourceLocation: sourceLocation, body)
  }

  // MARK: Identities

  @Test("two nodes with the same identity")
  func sameIdentity() throws {
    let desk = try ExampleDesk.copy()
    try desk.bytes("identities/worker-1.json").write(to: URL(fileURLWithPath: desk.path("identities/worker-2.json")))
    try Self.expectRefusal(desk, "worker-2.json: it is the TPM of 'worker-1' too") { try desk.run(["seal"]) }
    try Self.expectRefusal(desk, "is the TPM of 'worker-1' too") { try desk.run(["seal"], ["--node", "worker-2"]) }
  }

  @Test("a node without an identity: seal says so, build names its line, and leaves what there is")
  func noIdentity() throws {
    let desk = try ExampleDesk.copy()
    try desk.addWorker("worker-3", address: "10.20.0.23")
    let line = try desk.text("cluster.yaml").split(separator: "\n", omittingEmptySubsequences: false).firstIndex {
      $0.contains("name: worker-3")
    }
    let number = try #require(line) + 1
    try desk.done(["pki", "issue"])
    let sealed = try desk.run(["seal"], ["--bootstrap"])
    #expect(sealed.status == 0)
    #expect(sealed.errors.contains("warning: worker-3: has no identity"), "\(sealed.errors)")
    #expect(sealed.errors.contains(desk.path("identities/worker-3.json")), "\(sealed.errors)")
    let place = "cluster.yaml:\(number):11: error: node 'worker-3' has no identity"
    try Self.expectRefusal(desk, place) { try desk.tryBuild() }
    // Identified, and not sealed to yet.
    try desk.simulated.identify("worker-3")
    try Self.expectRefusal(desk, "cluster.yaml:\(number):11: error: node 'worker-3' has an identity") {
      try desk.tryBuild()
    }
    try desk.done(["seal"], ["--bootstrap"])
    #expect(try desk.tryBuild().status == 0)
  }

  @Test("a cluster that is initialised with what was sealed without that")
  func bootstrapMissing() throws {
    let desk = try ExampleDesk.copy()
    try desk.done(["seal"])
    try Self.expectRefusal(desk, "error: node 'master-1' is to initialise the cluster") { try desk.tryBuild() }
  }

  @Test("identities that are damaged", arguments: ["srk", "firmware", "pcrs", "half", "empty"])
  func damagedIdentity(place: String) throws {
    let desk = try ExampleDesk.copy()
    let name = "identities/worker-2.json"
    let text = try desk.text(name)
    switch place {
    case "half": try desk.write(String(text.prefix(text.count / 2)), to: name)
    case "empty": try desk.write("", to: name)
    default:
      let start = try #require(text.range(of: "\"\(place)\""))
      let member = text[..<start.upperBound].utf8.count
      // In the key's point, in the firmware's name, which becomes unprintable, in a digest.
      let offset = ["srk": 130, "firmware": 5, "pcrs": 4_000][place] ?? 0
      try desk.flip(name, at: member + offset, bit: place == "firmware" ? 0x80 : 1)
    }
    try Self.expectRefusal(desk, "worker-2") { try desk.run(["seal"]) }
  }

  // MARK: Sealed files

  @Test("one flipped bit in what is sealed", arguments: ["pem", "json"])
  func flippedBundle(ending: String) throws {
    let desk = try ExampleDesk.copy()
    let name = "sealed/master-1.openbao.\(ending)"
    let count = try desk.bytes(name).count
    for step in 1..<8 {
      let copy = try desk.copied()
      try copy.flip(name, at: count * step / 8)
      try Self.expectRefusal(copy, "error: node 'master-1' has") { try copy.tryBuild() }
    }
  }

  @Test("bundles that were exchanged, and one that is gone")
  func exchanged() throws {
    let desk = try ExampleDesk.copy()
    try desk.tool("cp", desk.path("sealed/worker-2.login.pem"), desk.path("sealed/worker-1.login.pem"))
    try Self.expectRefusal(desk, "error: node 'worker-1' has") { try desk.tryBuild() }
    try desk.tool("cp", desk.path("sealed/worker-2.login.json"), desk.path("sealed/worker-1.login.json"))
    try Self.expectRefusal(desk, "is sealed for 'worker-2' of 'example'") { try desk.tryBuild() }
    try desk.remove("sealed/worker-1.login.pem")
    try Self.expectRefusal(desk, "error: node 'worker-1' has an identity, and nothing is sealed") {
      try desk.tryBuild()
    }
    // Seal mends what is missing, and nothing else.
    let changes = try desk.changes { try desk.done(["seal"], ["--bootstrap"]) }
    #expect(changes == ["sealed/manifest.json", "sealed/worker-1.login.json", "sealed/worker-1.login.pem"])
    #expect(try desk.tryBuild().status == 0)
  }

  // MARK: Shares

  @Test("shares that are too few, of two sets, given twice, damaged, or of another key")
  func shares() throws {
    let desk = try ExampleDesk.copy()
    let first = (1...5).map { desk.path("shares/share-\($0)-of-5.txt") }
    try desk.done(["seal"], ["--bootstrap", "--escrow", desk.path("more")])
    let second = (1...5).map { desk.path("more/share-\($0)-of-5.txt") }
    try desk.write(String(try desk.text("shares/share-1-of-5.txt").prefix(900)), to: "cut.txt")
    var words = try Self.words(desk, first[1])
    words.swapAt(7, 8)
    try desk.write(words.joined(separator: " "), to: "swapped.txt")
    words[7] = "nonsense"
    try desk.write(words.joined(separator: " "), to: "nonsense.txt")
    for (shares, said) in [
      (Array(first[..<2]), "3"), ([first[0], first[1], second[2]], "set"), ([first[0], first[1], first[1]], "twice"),
      ([first[0], first[1], desk.path("cut.txt")], "cut.txt: "),
      ([first[0], first[2], desk.path("swapped.txt")], "swapped.txt: "),
      ([first[0], first[2], desk.path("nonsense.txt")], "nonsense.txt: "),
    ] {
      try Self.expectRefusal(desk, said) { try desk.bare(["seal", "drill"] + shares) }
      try Self.expectRefusal(desk, said) { try desk.run(["seal", "recover"], shares) }
    }
    // Of another key.
    let other = try ExampleDesk.unsealed()
    try other.done(["seal"], ["--bootstrap", "--escrow", "none"])
    try Self.expectRefusal(other, "nothing was changed") { try other.run(["seal", "recover"], first) }
    let drill = try other.bare(["seal", "drill", "--cluster", other.path("cluster.yaml")] + first)
    #expect(drill.status == 1, "\(drill.output)\(drill.errors)")
  }

  /// The numbered words of a printed share.
  static func words(_ desk: ExampleDesk, _ path: String) throws -> [String] {
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    let body = try #require(text.range(of: "WORDS"))
    let end = try #require(text.range(of: "THE SAME WORDS"))
    let words = text[body.upperBound..<end.lowerBound].split { " \n".contains($0) }
    return words.enumerated().filter { $0.offset > 0 && words[$0.offset - 1].hasSuffix(".") }.map { String($0.element) }
  }

  @Test("to seal what nobody has recovery shares of, and to overwrite shares")
  func escrow() throws {
    let desk = try ExampleDesk.copy()
    // The set that was given out is not given out twice.
    let changes = try desk.changes {
      try desk.done(["seal"], ["--bootstrap", "--escrow", desk.path("shares")])
    }
    #expect(changes == [])
    try desk.done(["seal", "rotate"])
    try Self.expectRefusal(desk, "is not an empty folder") {
      try desk.run(["seal"], ["--bootstrap", "--escrow", desk.path("shares")])
    }
    try Self.expectRefusal(desk, "nobody has recovery shares") { try desk.run(["seal"], ["--bootstrap"]) }
    try Self.expectRefusal(desk, "needs a terminal", status: 2) { try desk.run(["seal"], ["--escrow", "-"]) }
    try Self.expectRefusal(desk, "--threshold", status: 2) {
      try desk.run(["seal"], ["--escrow", desk.path("new"), "--threshold", "1"])
    }
  }
}
