import Foundation
import TestSupport
import Testing

/// What is on a desk after something was killed there; making it records everything that is half-made.
struct WholeDesk {
  /// The root's key file; `nil` where there is none.
  let root: Data?
  /// The secrets; none where there is no file of them.
  let secrets: [String: [UInt8]]
  /// The published certificates by name.
  let certificates: [String: Data]
  /// What a finished run does not leave, by path.
  let strays: [String]

  /// Looks at `desk`. `unfinished` is a certificate whose key may be another one than the published one's.
  init(_ desk: ExampleDesk, since before: DeskSnapshot, unfinished: String? = nil, _ when: String) throws {
    let snapshot = try desk.snapshot()
    let names = snapshot.names
    let changed = before.changes(in: snapshot)
    root = names.contains("secrets/root.key.pem") ? try desk.bytes("secrets/root.key.pem") : nil
    if let root {
      let text = String(decoding: root, as: UTF8.self)
      #expect(text.hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"), "\(when)")
      #expect(text.hasSuffix("-----END ENCRYPTED PRIVATE KEY-----\n"), "\(when)")
    }
    secrets = names.contains("secrets/desk.age") ? try OpenedDesk(desk).secrets : [:]
    var certificates: [String: Data] = [:]
    if names.contains("pki") {
      let published = try PublishedCertificates(desk)
      try Self.check(published, desk, names, changed, when)
      for entry in published.certificates { certificates[entry.name] = entry.certificate }
    }
    self.certificates = certificates
    for (name, certificate) in certificates where name != "low-layer-root" && name != unfinished {
      let key = try #require(secrets["certificate/\(name).key"], "\(when): the key of \(name)")
      // The public half is at the end of a key, as OpenSSL writes it.
      #expect(certificate.range(of: Data(key.suffix(64))) != nil, "\(when): the key of \(name)")
    }
    #expect(certificates.isEmpty || root != nil, "\(when)")
    if names.contains("sealed") {
      let files = try PublishedBundles(desk).bundles.flatMap { ["sealed/\($0.name).json", "sealed/\($0.name).pem"] }
      let found = names.filter { $0.hasPrefix("sealed/") }
      #expect(found == (files + ["sealed/manifest.json"]).sorted(), "\(when)")
    }
    for name in names where name.hasPrefix("shares/share-") {
      #expect(try SealRefusalTests.words(desk, desk.path(name)).count == 33, "\(when): \(name)")
    }
    // An old public folder that was exchanged goes when the next one is.
    strays = names.filter { name in
      name.split(separator: "/").contains { $0.hasPrefix(".") && $0 != ".gitignore" || $0.hasSuffix(".new") }
        && !name.hasPrefix(".pki.ll-bootimage-") && !name.hasPrefix(".sealed.ll-bootimage-")
    }
  }

  /// That the folder holds what its record says, and that OpenSSL reads all of it.
  private static func check(
    _ published: PublishedCertificates, _ desk: ExampleDesk, _ names: [String], _ changed: [String], _ when: String
  ) throws {
    var files: [String: Data] = [:]
    for entry in published.certificates {
      files["pki/\(entry.name).pem"] = entry.certificate
      if let anchor = entry.anchor { files["pki/\(entry.name).anchor.pem"] = anchor }
    }
    for list in published.lists { files["pki/\(list.issuer).crl.pem"] = list.list }
    #expect(names.filter { $0.hasPrefix("pki/") } == (files.keys + ["pki/manifest.json"]).sorted(), "\(when)")
    let read = files.keys.filter { changed.contains($0) }.sorted()
    for name in read {
      let base64 = try desk.text(name).split(separator: "\n").dropFirst().prefix { !$0.hasPrefix("-") }.joined()
      #expect(Data(base64Encoded: base64) == files[name], "\(when): \(name)")
    }
    let line = "for file; do openssl storeutl -noout \"$file\" || exit 1; done"
    let parsed = try Command(["sh", "-c", line, "sh"] + read.map { desk.path($0) })
    #expect(parsed.status == 0, "\(when): \(parsed.errors)")
  }
}
