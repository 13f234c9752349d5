import Foundation
import TestSupport
import Testing

/// Killed at every write, the desk is never half-made, no key is lost, and the next run finishes.
@Suite(
  "The desk killed at any moment",
  .enabled(if: ExampleDesk.isPossible && KilledProgram.isPossible, "strace is missing or may not trace, or a tool is"))
struct KillTests {
  /// Kills `words` at each moment on a copy of `base`; `check` gets the desk after that, and again after `finish` has
  /// run, which is the same command unless it is another.
  private static func killEach(
    _ words: [String], on base: ExampleDesk, unfinished: String? = nil,
    finish: (ExampleDesk, KilledProgram, WholeDesk) throws -> Void
  ) throws {
    let program = KilledProgram(words: words)
    let before = try base.snapshot()
    var killed = 0
    let moments = try program.moments(base)
    #expect(moments.count > 7, "\(moments)")
    for moment in moments {
      let desk = try base.copied()
      guard try program.isKilled(at: moment, desk) else { continue }
      killed += 1
      let found = try WholeDesk(desk, since: before, unfinished: unfinished, "\(words) killed at \(moment)")
      try finish(desk, program, found)
      let end = try WholeDesk(desk, since: before, "\(words) after \(moment)")
      // Whoever killed it may have killed it before anything was there.
      #expect(found.root == nil || end.root == found.root, "\(moment)")
      let lost = Set(found.secrets.keys).subtracting(end.secrets.keys)
      #expect(lost == [] || unfinished != nil, "\(moment)")
      #expect(end.strays == [], "\(moment)")
    }
    #expect(killed == moments.count)
  }

  @Test("pki init: the root's key and all others are what they were, and a second run finishes")
  func initialise() throws {
    let base = try ExampleDesk()
    try base.write(ExampleDesk.rootPassphrase + "\n", to: "root.passphrase")
    try base.tool("age-keygen", "-o", base.path("desk.identity"))
    let words = ["pki", "init", "--administrator", "alice", "--recipient", try DeskRefusalTests.recipient(base)]
    try Self.killEach(words, on: base) { desk, program, found in
      let again = try program.run(desk)
      #expect(again.status == 0, "\(again.errors)")
      let secrets = try OpenedDesk(desk).secrets
      for (name, value) in found.secrets { #expect(secrets[name] == value, "\(name)") }
      let certificates = try PublishedCertificates(desk)
      #expect(certificates.certificates.count == 16)
      for (name, certificate) in found.certificates {
        #expect(try certificates.certificate(name).certificate == certificate, "\(name)")
      }
    }
  }

  @Test("pki issue --rekey: the old certificate is revoked where its key is gone, by whichever command comes next")
  func rekey() throws {
    let base = try ExampleDesk.copy()
    let old = try PublishedCertificates(base).certificate("worker-1.login")
    var turn = 0
    try Self.killEach(["pki", "issue", "--rekey", "worker-1.login"], on: base, unfinished: "worker-1.login") {
      desk, program, found in
      turn += 1
      let again = turn % 2 == 0 ? try program.run(desk) : try desk.run(["pki", "issue"])
      #expect(again.status == 0, "\(again.errors)")
      let new = try PublishedCertificates(desk).certificate("worker-1.login")
      let revoked = try IdempotenceTests.serials(of: "bootstrap", desk)
      #expect(revoked.contains(old.serial) == (new.serial != old.serial))
      #expect(!revoked.contains(new.serial))
      if turn % 2 == 0 { #expect(new.serial != old.serial) }
    }
  }

  @Test("pki revoke: a certificate that is issued after it never has the revoked one's key")
  func revoke() throws {
    let base = try ExampleDesk.copy()
    let old = try OpenedDesk(base).secret("certificate/worker-1.login.key")
    let serial = try PublishedCertificates(base).certificate("worker-1.login").serial
    let words = ["pki", "revoke", "worker-1.login", "--reason", "keyCompromise"]
    try Self.killEach(words, on: base, unfinished: "worker-1.login") { desk, _, _ in
      let next = try desk.run(["pki", "issue"])
      #expect(next.status == 0, "\(next.errors)")
      let key = try OpenedDesk(desk).secret("certificate/worker-1.login.key")
      let revoked = try IdempotenceTests.serials(of: "bootstrap", desk)
      #expect((key == old) == !revoked.contains(serial))
    }
  }

  @Test("seal: no secret is made twice, no half a set of shares is given out, and who has shares is known")
  func seal() throws {
    let base = try ExampleDesk.unsealed()
    try Self.killEach(["seal", "--bootstrap", "--escrow", "shares"], on: base) { desk, program, found in
      try Self.finishSealing(desk, program)
      let secrets = try OpenedDesk(desk).secrets
      for (name, value) in found.secrets { #expect(secrets[name] == value, "\(name)") }
    }
  }

  @Test("seal rotate: the key is the old one, or the new one with the old one beside it")
  func rotate() throws {
    let base = try ExampleDesk.copy()
    let old = try OpenedDesk(base).secret("static-seal.key")
    try Self.killEach(["seal", "rotate"], on: base) { desk, program, found in
      let isRotated = found.secrets["static-seal-previous.key"] != nil
      #expect(found.secrets[isRotated ? "static-seal-previous.key" : "static-seal.key"] == old)
      let again = try program.run(desk)
      #expect(again.status == (isRotated ? 1 : 0), "\(again.errors)")
      #expect(try OpenedDesk(desk).secret("static-seal-previous.key") == old)
    }
  }

  @Test("seal after a rotation: the old key and the new one are there until the old one is dropped")
  func sealRotated() throws {
    let base = try ExampleDesk.copy()
    let old = try OpenedDesk(base).secret("static-seal.key")
    try base.remove("shares")
    try base.done(["seal", "rotate"])
    let new = try OpenedDesk(base).secret("static-seal.key")
    try Self.killEach(["seal", "--bootstrap", "--escrow", "shares"], on: base) { desk, program, _ in
      try Self.finishSealing(desk, program)
      #expect(try OpenedDesk(desk).secret("static-seal-previous.key") == old)
      #expect(try OpenedDesk(desk).secret("static-seal.key") == new)
    }
  }

  /// Runs `seal` again; then everything is sealed, and the shares that are known are those in the folder.
  private static func finishSealing(_ desk: ExampleDesk, _ program: KilledProgram) throws {
    let again = try program.run(desk)
    #expect(again.status == 0, "\(again.errors)")
    let record = try PublishedBundles(desk)
    #expect(record.bundles.count == 8)
    #expect(record.escrow?.keyID == record.sealKeyID)
    #expect(record.escrow?.shares == 5)
    let drill = try desk.bare(
      ["seal", "drill", "--cluster", desk.path("cluster.yaml")]
        + (2...4).map { desk.path("shares/share-\($0)-of-5.txt") })
    #expect(drill.status == 0, "\(drill.errors)")
  }
}
