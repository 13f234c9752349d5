import Attestation
import Crypto
import Foundation
import SecretMemory
import TPM2
import TPMStructures
import TestSupport
import Testing
import X509

@testable import NodeIdentity

@Suite("The node's key on swtpm", .enabled(if: SoftwareTPM.isInstalled), .serialized, .timeLimit(.minutes(5)))
struct KeyTests {
  @Test(
    "OpenSSL verifies the request that a key signs, in the TPM and in a file, and reads its names",
    arguments: KeyCustody.allCases)
  func request(_ custody: KeyCustody) async throws {
    let software = try SoftwareTPM()
    let tpm = try TPM(TCTI(software.tcti))
    let key = custody == .tpm ? try await NodeTPM(tpm).makeKey() : try NodeKey.makeForFile()
    #expect(key.custody == custody)
    let request = try await CertificateRequest(
      for: key, commonName: "node-1", dnsNames: ["node-1.example"],
      uris: [CertificateRequest.fingerprintURI("ab01", of: "node-1.example")])
    let file = try software.folder.write(request.pem, to: "request.pem")
    let read = try Command(["openssl", "req", "-in", file.path, "-noout", "-verify", "-text"])
    #expect(read.status == 0 && (read.output + read.errors).contains("verify OK"), "\(read.errors)")
    for words in [
      "Subject: CN = node-1", "DNS:node-1.example", "URI:lowlayer://node-1.example/fingerprint/ab01",
      "ecdsa-with-SHA256",
    ] {
      #expect(read.output.contains(words), "\(read.output)")
    }
  }

  @Test("a kept TPM key signs after a restart of the TPM; OpenSSL reads its file, and tpm2_load takes what is in it")
  func kept() async throws {
    let software = try SoftwareTPM()
    let tpm = try TPM(TCTI(software.tcti))
    let node = NodeTPM(tpm)
    let store = IdentityStore(folder: software.folder.url.path + "/identity")
    let key = try await node.makeKey()
    let attestationKey = try await node.makeAttestationKey()
    try store.keep(pending: key)
    try store.keep(attestationKey: attestationKey)
    await tpm.close()
    try software.restart()
    let again = try #require(try store.read(tpm, at: secondsNow).pendingKey)
    #expect(again == key && again.custody == .tpm)
    #expect(try store.attestationKey() == attestationKey)
    let signature = try P256.Signing.ECDSASignature(derRepresentation: try await again.signature(for: [1, 2, 3]))
    #expect(again.p256.isValidSignature(signature, for: [1, 2, 3]))
    await tpm.close()
    let parsed = try Command(["openssl", "asn1parse", "-in", "identity/pending.pem"], in: software.folder.url)
    // A loadable key below the storage root key: what is inside is loaded by tpm2_load.
    #expect(parsed.output.contains(":2.23.133.10.1.3") && parsed.output.contains("INTEGER           :81000001"))
    let object = try #require(again.tpmObject)
    try Data(object.publicArea.sizedWire).write(to: software.folder.url.appending(path: "key.pub"))
    try Data(object.privateArea).write(to: software.folder.url.appending(path: "key.priv"))
    let loaded = try Command(
      ["tpm2_load", "-C", "0x81000001", "-u", "key.pub", "-r", "key.priv", "-c", "key.ctx", "-T", software.tcti],
      in: software.folder.url)
    #expect(loaded.status == 0, "\(loaded.errors)")
  }

  @Test("the key is not this TPM's: that is said, and not tried again for ever")
  func anotherTPM() async throws {
    let (own, other) = (try SoftwareTPM(), try SoftwareTPM())
    let key = try await NodeTPM(try TPM(TCTI(own.tcti))).makeKey()
    let tpm = try TPM(TCTI(other.tcti))
    let foreign = try NodeKey(try #require(key.tpmObject), in: tpm)
    let absent = await #expect(throws: NodeIdentityError.self) { try await foreign.signature(for: [1]) }
    guard case .storageRoot = absent else {
      Issue.record("\(String(describing: absent))")
      return
    }
    _ = try await NodeTPM(tpm).makeKey()
    let refused = await #expect(throws: NodeIdentityError.self) { try await foreign.signature(for: [1]) }
    guard case .anotherTPM = refused else {
      Issue.record("\(String(describing: refused))")
      return
    }
  }

  @Test("a TPM that was cleared holds neither key any more; keys that are made again it holds")
  func cleared() async throws {
    let software = try SoftwareTPM()
    let tpm = NodeTPM(try TPM(TCTI(software.tcti)))
    let (key, attestationKey) = (try await tpm.makeKey(), try await tpm.makeAttestationKey())
    #expect(try await tpm.holds(key))
    #expect(try await tpm.holds(attestationKey))
    await tpm.tpm.close()
    #expect(try Command(["tpm2_clear", "-T", software.tcti]).status == 0)
    #expect(try await !tpm.holds(key))
    #expect(try await !tpm.holds(attestationKey))
    let (next, nextAttestationKey) = (try await tpm.makeKey(), try await tpm.makeAttestationKey())
    #expect(try await !tpm.holds(key))
    #expect(try await tpm.holds(next))
    #expect(try await tpm.holds(nextAttestationKey))
    await tpm.tpm.close()
  }

  @Test(
    "the line to the TPM breaks before any command of a signature or an answer: it is opened again, and the work done")
  func brokenLine() async throws {
    let software = try SoftwareTPM()
    let line = try software.recordedLine()
    let tpm = try TPM(TCTI(line.tcti))
    let node = NodeTPM(tpm)
    let key = try await node.makeKey()
    let attestationKey = try await node.makeAttestationKey()
    line.clear()
    _ = try await key.signature(for: [1])
    let commands = line.exchanges.count
    #expect(commands >= 3 && commands <= 5)
    for count in 0..<commands {
      line.cut(after: count)
      let signature = try P256.Signing.ECDSASignature(derRepresentation: try await key.signature(for: [7]))
      #expect(key.p256.isValidSignature(signature, for: [7]), "after \(count)")
    }
    let evidence = try await node.evidence(attestationKey, tlsKey: key)
    let secret = try SecretBytes.random(count: 32)
    let credential = try Credential.make(secret, for: evidence.endorsementKey, name: evidence.attestationKey.name)
    line.cut(after: 6)
    let answer = try await node.answer(
      credential, qualifyingData: [1], attestationKey: attestationKey, tlsKey: key)
    #expect(secret.withUnsafeBytes { $0.elementsEqual(answer.activatedSecret) })
    let left = try await tpm.perform { (context: TPMContext) throws(TPMError) in
      try context.handles(.transient) + context.handles(.loadedSession)
    }
    #expect(left.isEmpty)
  }

  @Test("the activated secret does not cross the bus in the clear")
  func encrypted() async throws {
    let software = try SoftwareTPM()
    let line = try software.recordedLine()
    let node = NodeTPM(try TPM(TCTI(line.tcti)))
    let key = try await node.makeKey()
    let attestationKey = try await node.makeAttestationKey()
    let evidence = try await node.evidence(attestationKey, tlsKey: key)
    let secret = try SecretBytes.random(count: 32)
    let credential = try Credential.make(secret, for: evidence.endorsementKey, name: evidence.attestationKey.name)
    line.clear()
    let answer = try await node.answer(credential, qualifyingData: [1], attestationKey: attestationKey, tlsKey: key)
    #expect(!line.exchanges.isEmpty && !line.contains(answer.activatedSecret))
    #expect(line.contains(answer.certifyInfo))
  }

  @Test("many signatures at once are all made, in order of nobody")
  func concurrent() async throws {
    let software = try SoftwareTPM()
    let key = try await NodeTPM(try TPM(TCTI(software.tcti))).makeKey()
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<16 {
        group.addTask {
          let bytes = [UInt8(number)]
          let signature = try P256.Signing.ECDSASignature(derRepresentation: try await key.signature(for: bytes))
          return key.p256.isValidSignature(signature, for: bytes)
        }
      }
      for try await isValid in group { #expect(isValid) }
    }
  }

  @Test("padding and cut-off certificates end the list of what an index holds")
  func sequences() {
    let one: [UInt8] = [0x30, 0x82, 0x00, 0x02, 1, 2]
    #expect(DERSequences.split(one + one) == [one, one])
    #expect(DERSequences.split(one + [0xFF, 0xFF, 0xFF, 0xFF, 0xFF]) == [one])
    #expect(DERSequences.split(one + one.dropLast()) == [one])
    #expect(DERSequences.split([]).isEmpty)
  }

  @Test("renewal is at half life, give or take a tenth of it")
  func renewal() {
    let draws: [(Double, Int64)] = [(0, 1450), (0.5, 1500), (1, 1550), (7, 1550), (-7, 1450)]
    for (draw, expected) in draws {
      #expect(RenewalTime.seconds(notBefore: 1000, notAfter: 2000, draw: draw) == expected)
    }
    #expect(RenewalTime.seconds(notBefore: 1000, notAfter: 900, draw: 1) == 1000)
  }
}
