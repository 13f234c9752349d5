import Foundation
import Glibc
import SecretMemory
import TPM2
import TPMStructures
import TestSupport
import Testing
import X509

@testable import NodeIdentity

@Suite("The state folder")
struct StoreTests {
  private let folder = try? TemporaryFolder()

  private var path: String { (folder?.url.path ?? "/nonexistent") + "/identity" }

  private func enroll(_ store: IdentityStore, _ issuer: TestIssuer) throws -> NodeCertificate {
    let key = try NodeKey.makeForFile()
    try store.keep(pending: key)
    let certificate = try issuer.certificate(key)
    try store.keep(next: certificate)
    try store.promote()
    return certificate
  }

  @Test("what is kept is read again, old and new side by side until the new one was used; keys nobody needs go")
  func renewal() throws {
    let issuer = try TestIssuer("org-a")
    let store = IdentityStore(folder: path)
    #expect(try store.read(nil, at: secondsNow) == StoredIdentity())
    let first = try enroll(store, issuer)
    #expect(try store.read(nil, at: secondsNow).current == first)
    let key = try NodeKey.makeForFile()
    try store.keep(pending: key)
    #expect(try store.read(nil, at: secondsNow).pendingKey == key)
    let second = try issuer.certificate(key)
    try store.keep(next: second)
    let both = try store.read(nil, at: secondsNow)
    #expect(both == StoredIdentity(current: first, next: second))
    #expect(both.usable(at: secondsNow) == [second, first])
    try store.promote()
    #expect(try store.read(nil, at: secondsNow) == StoredIdentity(current: second))
    // A pending key whose certificate has come is none, though a power cut may bring its file back.
    try store.keep(pending: key)
    #expect(try store.read(nil, at: secondsNow) == StoredIdentity(current: second))
    // A renewal of the same key brings no new key file.
    let third = try issuer.certificate(key)
    try store.keep(next: third)
    try store.promote()
    #expect(try store.read(nil, at: secondsNow) == StoredIdentity(current: third))
    let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    #expect(names == ["current.pem", IdentityStore.keyName(key)].sorted())
    for name in names {
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o700)
  }

  @Test("OpenSSL reads the key and the chain that are kept, and they are a pair")
  func openSSL() throws {
    let store = IdentityStore(folder: path)
    let certificate = try enroll(store, try TestIssuer("org-a"))
    func publicKey(_ words: String...) throws -> String {
      let command = try Command(["openssl"] + words)
      #expect(command.status == 0, "\(command.errors)")
      return command.output
    }
    let ofKey = try publicKey("pkey", "-in", "\(path)/\(IdentityStore.keyName(certificate.key))", "-pubout")
    let ofLeaf = try publicKey("x509", "-in", "\(path)/current.pem", "-noout", "-pubkey")
    #expect(ofKey == ofLeaf && ofKey.contains("PUBLIC KEY"))
  }

  @Test("files that are damaged, expired or of another key are named, and the rest is still used")
  func damage() throws {
    let issuer = try TestIssuer("org-a")
    let store = IdentityStore(folder: path)
    let first = try enroll(store, issuer)
    let key = try NodeKey.makeForFile()
    try store.keep(pending: key)
    try store.keep(next: try issuer.certificate(key))
    let keyFile = "\(path)/\(IdentityStore.keyName(key))"
    let kept = try Data(contentsOf: URL(fileURLWithPath: keyFile))
    let next = "\(path)/next.pem"
    let chain = try Data(contentsOf: URL(fileURLWithPath: next))
    func faults(_ change: () throws -> Void) throws -> [String] {
      try change()
      defer {
        try? kept.write(to: URL(fileURLWithPath: keyFile))
        try? chain.write(to: URL(fileURLWithPath: next))
      }
      let stored = try store.read(nil, at: secondsNow)
      #expect(stored.current == first)
      return stored.faults.map { "\($0)" }
    }
    func write(_ text: String, to path: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
    #expect(try faults {}.isEmpty)
    #expect(
      try faults { try FileManager.default.removeItem(atPath: keyFile) }
        == ["\(next): its key is missing: neither \(IdentityStore.keyName(key)) nor pending.pem is it"])
    let cut = try faults { try kept.prefix(60).write(to: URL(fileURLWithPath: keyFile)) }
    #expect(cut.count == 1 && cut[0].hasPrefix("\(next): its key is of no use: \(keyFile): "))
    let garbled = try faults { try write("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", to: next) }
    #expect(garbled.count == 1 && garbled[0].hasPrefix("\(next): not a certificate chain in PEM: "))
    #expect(try faults { try write("", to: next) } == ["\(next): there is no certificate in it"])
    let foreign = try faults {
      try store.files.replace(IdentityStore.keyName(key), with: try KeyFile.text(of: try NodeKey.makeForFile()))
    }
    #expect(foreign.count == 1 && foreign[0].contains("not the certificate of this node's key"))
    let later = try store.read(nil, at: secondsNow + 7200)
    #expect(later.usable(at: secondsNow + 7200).isEmpty)
    #expect(later.faults.count == 2 && later.faults.allSatisfy { $0.words.hasPrefix("the certificate expired ") })
    let early = try store.read(nil, at: secondsNow - 7200)
    #expect(early.faults.count == 2 && early.faults.allSatisfy { $0.words.contains("is the clock wrong?") })
  }

  @Test("a key in a file does not take the place of one in the TPM without consent")
  func consent() async throws {
    guard SoftwareTPM.isInstalled else { return }
    let software = try SoftwareTPM()
    let tpm = try TPM(TCTI(software.tcti))
    let store = IdentityStore(folder: path)
    let key = try await NodeTPM(tpm).makeKey()
    try store.keep(pending: key)
    let inFile = try NodeKey.makeForFile()
    #expect(throws: NodeIdentityError.fileKeyNeedsConsent) { try store.keep(pending: inFile) }
    #expect(try store.read(tpm, at: secondsNow).custody == .tpm)
    #expect(throws: NodeIdentityError.certificate("its key was not kept before it was asked for")) {
      try store.keep(next: try TestIssuer("org-a").certificate(inFile))
    }
    // Without the TPM, the file says what it is.
    let blind = try store.read(nil, at: secondsNow)
    #expect(blind.pendingKey == nil && blind.faults.map(\.words).first?.contains("key of the TPM") == true)
    try store.keep(pending: inFile, consent: FileKeyConsent(givenBy: "test"))
    #expect(try store.read(tpm, at: secondsNow).custody == .file)
    // From the file back to the TPM needs nobody.
    try store.keep(pending: key)
    #expect(try store.read(tpm, at: secondsNow).custody == .tpm)
  }

  @Test(
    "a folder that cannot be written is said with what was done, and nothing is lost", arguments: ["read-only", "full"])
  func unwritable(_ kind: String) throws {
    let issuer = try TestIssuer("org-a")
    let mount = try #require(folder).url.path + "/mount"
    try FileManager.default.createDirectory(atPath: mount, withIntermediateDirectories: true)
    let made = try Command(["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", mount])
    // Where mounts are not allowed, nothing can be shown.
    guard made.status == 0 else { return }
    defer { _ = try? Command(["umount", "-l", mount]) }
    let store = IdentityStore(folder: mount + "/identity")
    let first = try enroll(store, issuer)
    if kind == "full" {
      _ = try? Data(count: 1 << 20).write(to: URL(fileURLWithPath: mount + "/ballast"))
    } else {
      #expect(try Command(["mount", "-o", "remount,ro", mount]).status == 0)
    }
    let key = try NodeKey.makeForFile()
    let error = #expect(throws: NodeIdentityError.self) { try store.keep(pending: key) }
    guard case .system(_, _, let code) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(code == (kind == "full" ? ENOSPC : EROFS))
    let stored = try store.read(nil, at: secondsNow)
    #expect(stored == StoredIdentity(current: first))
  }
}
