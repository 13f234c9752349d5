import Foundation
import TestSupport
import Testing

/// What a cluster's desk does after the first day, from start to end.
@Suite("A desk's day two", .enabled(if: ExampleDesk.isPossible, ExampleDesk.whyNot))
struct DayTwoTests {
  @Test("the static seal's key is rotated: both keys side by side, then the new one alone")
  func rotation() throws {
    let desk = try ExampleDesk.copy()
    let old = Data(try OpenedDesk(desk).secret("static-seal.key"))
    #expect(try desk.changes { try desk.done(["seal", "rotate"]) } == ["secrets/desk.age"])
    try DeskRefusalTests.expectRefusal(desk, "a rotation has begun already") { try desk.run(["seal", "rotate"]) }
    try desk.remove("shares")
    let sealed = try desk.changes { try desk.done(["seal"], ["--bootstrap", "--escrow", desk.path("shares")]) }
    #expect(
      sealed.filter { $0.hasPrefix("sealed/") && $0.hasSuffix(".pem") }
        == ExampleDesk.masters.map { "sealed/\($0).openbao.pem" })
    let new = Data(try OpenedDesk(desk).secret("static-seal.key"))
    #expect(new != old)
    try desk.build()
    for node in ExampleDesk.masters {
      let booted = try BootedNode(node, desk)
      let boot = try booted.boot()
      #expect(boot.status == 0, "\(boot.errors)")
      #expect(try booted.released()["openbao/static-seal.key"] == new)
      #expect(try booted.released()["openbao/static-seal-previous.key"] == old)
    }
    #expect(try desk.changes { try desk.done(["seal", "rotate"], ["--finish"]) } == ["secrets/desk.age"])
    try desk.done(["seal"], ["--bootstrap"])
    try desk.build()
    let booted = try BootedNode("master-2", desk)
    #expect(try booted.boot().status == 0)
    #expect(try booted.released()["openbao/static-seal.key"] == new)
    #expect(try booted.released().keys.contains("openbao/static-seal-previous.key") == false)
    // Backups of its time need the old one.
    let retired = try OpenedDesk(desk).secrets.filter { $0.value == Array(old) }.map(\.key)
    #expect(retired.count == 1 && retired[0].hasPrefix("retired/"), "\(retired)")
    let drill = try desk.bare(
      ["seal", "drill", "--cluster", desk.path("cluster.yaml")]
        + (1...5).map { desk.path("shares/share-\($0)-of-5.txt") })
    #expect(drill.status == 0, "\(drill.errors)")
    #expect(drill.output.contains("all 10 combinations of 3 shares"), "\(drill.output)")
  }

  @Test("any three of five shares bring the key onto a new desk", arguments: [[1, 2, 3], [5, 3, 1], [2, 4, 5]])
  func recovery(shares: [Int]) throws {
    let desk = try ExampleDesk.copy()
    let lost = try OpenedDesk(desk).secret("static-seal.key")
    let new = try ExampleDesk()
    try new.simulated.begin()
    let recovered = try new.done(["seal", "recover"], shares.map { desk.path("shares/share-\($0)-of-5.txt") })
    let id = try #require(try PublishedBundles(desk).sealKeyID)
    #expect(recovered.output.contains("\(id) is on the desk again"), "\(recovered.output)")
    #expect(try OpenedDesk(new).secret("static-seal.key") == lost)
    // Nobody has shares from this desk: it asks.
    let sealed = try new.run(["seal"])
    #expect(sealed.status == 1 && sealed.errors.contains("nobody has recovery shares"), "\(sealed.errors)")
    #expect(try OpenedDesk(new).secret("static-seal.key") == lost)
    #expect(!FileManager.default.fileExists(atPath: new.path("sealed")))
  }

  @Test("a holder leaves: a new set of another threshold, and the shares of the old set fit no new one")
  func holderLeaves() throws {
    let desk = try ExampleDesk.copy()
    let changes = try desk.changes {
      try desk.done(["seal"], ["--bootstrap", "--escrow", desk.path("new"), "--shares", "4", "--threshold", "2"])
    }
    #expect(
      changes == ["new", "new/.gitignore"] + (1...4).map { "new/share-\($0)-of-4.txt" } + ["sealed/manifest.json"])
    let drill = try desk.bare([
      "seal", "drill", "--cluster", desk.path("cluster.yaml"), desk.path("new/share-1-of-4.txt"),
      desk.path("new/share-4-of-4.txt"),
    ])
    #expect(drill.status == 0, "\(drill.errors)")
    let record = try PublishedBundles(desk)
    #expect(record.escrow?.shares == 4)
    #expect(record.escrow?.keyID == record.sealKeyID)
  }

  @Test("--lab builds without identities, and everything says INSECURE")
  func lab() throws {
    let desk = try ExampleDesk()
    let plain = try desk.tryBuild()
    #expect(plain.status == 0 && plain.errors.contains("warning: node 'master-1' has no identity"), "\(plain.errors)")
    for _ in 0..<2 {
      let built = try desk.tryBuild(["--lab"])
      #expect(built.status == 0, "\(built.errors)")
      #expect(built.errors.contains("INSECURE LAB"))
      for node in ExampleDesk.nodes {
        let line = built.output.split(separator: "\n").first { $0.contains("/\(node).ign") }
        #expect(line?.hasSuffix("INSECURE LAB") == true)
        func config(_ path: String) throws -> String {
          try desk.tool(BuiltProgram.path("ll-bootimage"), "show", desk.path("out/\(node).ign"), "--path", path)
        }
        #expect(try config("/etc/issue.d/00-low-layer-lab.issue").contains("INSECURE LAB NODE"))
        let unit = try config("ll-lab-warning.service")
        #expect(unit.contains("INSECURE LAB NODE") && unit.contains("StandardOutput=journal+console"))
        #expect(
          try desk.bare(["show", desk.path("out/\(node).ign"), "--path", "/etc/ll/sealed/login.pem"]).status == 1)
      }
    }
    let manifest = try desk.text("out/manifest.json")
    #expect(manifest.components(separatedBy: "\"insecureLab\":true").count == 6)
    #expect(try desk.text("lab-insecure/.gitignore") == "*\n")
    // A real desk's build says none of it, and takes nothing of the lab's.
    let real = try ExampleDesk.copy()
    let labDesk = try real.tryBuild(["--lab"])
    #expect(labDesk.status == 0)
    let secrets = try OpenedDesk(real).secrets.values
    for node in ExampleDesk.nodes {
      let text = try real.bytes("out/\(node).ign")
      #expect(secrets.allSatisfy { text.range(of: Data(Data($0).base64EncodedString().utf8)) == nil })
    }
    try real.build()
    #expect(try !real.text("out/manifest.json").contains("insecure"))
  }
}
