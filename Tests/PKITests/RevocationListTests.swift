import Foundation
import PKI
import PrivateKeys
import SecretMemory
import TestSupport
import Testing

@Suite("Revocation lists", .enabled(if: OpenSSLVerifier.isInstalled, "openssl is not installed"))
struct RevocationListTests {
  private let hierarchy: TestHierarchy
  private let now = TestHierarchy.now

  init() throws { hierarchy = try TestHierarchy.shared.get() }

  private func list(
    _ entries: [RevocationList.Entry], by place: TestHierarchy.Place? = nil, number: Int = 1, at: Int64? = nil
  ) throws -> RevocationList {
    let place = place ?? hierarchy.management
    let start = at ?? now
    return try RevocationList.make(
      issuer: place.certificate, issuerKey: place.key, revoked: entries, number: number, at: start,
      nextUpdate: start + 86_400)
  }

  private func openSSL(_ list: RevocationList, _ options: [String]) throws -> Command {
    try Command(["openssl", "crl", "-noout"] + options, input: Data(list.pem))
  }

  @Test("openssl reads every part of a list, and its issuer's key signed it")
  func text() throws {
    let reasons = RevocationReason.allCases.filter { $0 != .removeFromCRL }
    let entries = reasons.enumerated().map { index, reason in
      RevocationList.Entry(serial: "80000000000000000000000000000\(index)0a", at: now - Int64(index), reason: reason)
    }
    let folder = try TemporaryFolder()
    for place in [hierarchy.management, try hierarchy.issuer(.kubernetes)] {
      let list = try list(entries, by: place, number: 0x1234)
      let text = try openSSL(list, ["-text"]).output
      let lines = text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      #expect(lines.contains("Version 2 (0x1)"))
      let hash = place.key.curve == .p384 ? "SHA384" : "SHA256"
      #expect(lines.contains("Signature Algorithm: ecdsa-with-\(hash)"))
      #expect(lines.contains("Issuer: O = demo, CN = \(place.certificate.commonName)"))
      #expect(lines.contains("Last Update: Jan 15 08:00:00 2027 GMT"))
      #expect(lines.contains("Next Update: Jan 16 08:00:00 2027 GMT"))
      #expect(lines.contains("4660"))
      let serials = lines.filter { $0.hasPrefix("Serial Number: ") }.map { $0.dropFirst(15).lowercased() }
      #expect(serials == entries.map(\.serial))
      let shown = zip(lines, lines.dropFirst()).filter { $0.0.hasPrefix("X509v3 CRL Reason Code") }.map(\.1)
      #expect(
        shown == [
          "Key Compromise", "CA Compromise", "Affiliation Changed", "Superseded", "Cessation Of Operation",
          "Certificate Hold", "Privilege Withdrawn", "AA Compromise",
        ])
      try folder.write([place.certificate].pemText, to: "issuer")
      let check = try openSSL(list, ["-verify", "-CAfile", folder.url.appendingPathComponent("issuer").path])
      #expect(check.errors.contains("verify OK"))
      #expect(list.entries == entries)
      #expect(list.number == 0x1234)
      #expect(list.isSigned(by: place.certificate) && list.isSigned(by: place.twin))
      #expect(!list.isSigned(by: hierarchy.root))
      #expect(try RevocationList(pem: list.pem) == list)
    }
  }

  @Test("an empty list has no list inside", arguments: [0, 1, 127, 128, 255, 256, Int.max])
  func empty(_ number: Int) throws {
    let list = try list([], number: number)
    let output = try openSSL(list, ["-text", "-crlnumber"]).output
    #expect(output.contains("No Revoked Certificates."))
    let digits = String(number, radix: 16).uppercased()
    #expect(output.contains("crlNumber=0x\(digits.count % 2 == 0 ? digits : "0" + digits)\n"))
    #expect(list.number == number && list.entries.isEmpty)
  }

  @Test("a list around 2050 is written as it is read")
  func times() throws {
    for start in [2_524_607_999, 2_524_608_000] as [Int64] {
      let list = try list([RevocationList.Entry(serial: "01", at: start, reason: .superseded)], at: start)
      #expect((list.thisUpdate, list.nextUpdate, list.entries[0].at) == (start, start + 86_400, start))
      let parsed = try Command(["openssl", "asn1parse"], input: Data(list.pem)).output
      #expect(parsed.contains("UTCTIME") == (start == 2_524_607_999))
    }
  }

  @Test("a list that OpenSSL made is read")
  func foreign() throws {
    let folder = try TemporaryFolder()
    let place = try hierarchy.issuer(.kubernetes)
    try folder.write([place.certificate].pemText, to: "issuer")
    let key = try place.key.pem().withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    try folder.write(key, to: "key")
    try folder.write("R\t280101000000Z\t270101000000Z,superseded\t0A0B\tunknown\t/CN=x\n", to: "index")
    try folder.write("2F\n", to: "number")
    try folder.write(
      "[ca]\ndefault_ca=c\n[c]\ndatabase=index\ncrlnumber=number\ndefault_md=sha256\n"
        + "crl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n", to: "config")
    let made = try Command(
      [
        "openssl", "ca", "-config", "config", "-gencrl", "-cert", "issuer", "-keyfile", "key", "-crl_lastupdate",
        "20270102000000Z", "-crl_nextupdate", "20270103000000Z", "-out", "list",
      ], in: folder.url)
    #expect(made.status == 0, "\(made.errors)")
    let list = try RevocationList(pem: Array(folder.text("list").utf8))
    #expect(list.isSigned(by: place.certificate))
    #expect(list.number == 0x2F)
    #expect(list.issuer == "CN=kubernetes,O=demo" && list.issuerCommonName == "kubernetes")
    #expect(list.entries == [RevocationList.Entry(serial: "0a0b", at: 1_798_761_600, reason: .superseded)])
    #expect((list.thisUpdate, list.nextUpdate) == (1_798_848_000, 1_798_934_400))
  }

  @Test("an entry that cannot be is refused", arguments: ["", "0", "00", "xy", String(repeating: "11", count: 21)])
  func serials(_ serial: String) {
    #expect(throws: PKIError.self) {
      try list([RevocationList.Entry(serial: serial, at: now, reason: .superseded)])
    }
  }

  @Test("a list is not made for a wrong key, by no authority, or for a past")
  func refusals() throws {
    let (root, management) = (hierarchy.root, hierarchy.management)
    func make(_ issuer: IssuedCertificate, _ key: PrivateKey, number: Int = 1, next: Int64 = 1) throws {
      _ = try RevocationList.make(
        issuer: issuer, issuerKey: key, revoked: [], number: number, at: now, nextUpdate: now + next)
    }
    #expect(throws: PKIError.wrongKey("low-layer-root")) { try make(root, management.key) }
    #expect(throws: PKIError.notAnAuthority("ada")) {
      try make(try hierarchy.leaf(.administrator(name: "ada")), hierarchy.leafKey)
    }
    #expect(throws: PKIError.self) { try make(root, hierarchy.rootKey, number: -1) }
    #expect(throws: PKIError.self) { try make(root, hierarchy.rootKey, next: 0) }
    #expect(throws: PKIError.self) {
      try list([RevocationList.Entry(serial: "01", at: now, reason: .removeFromCRL)])
    }
  }

  @Test("no altered list is taken for its issuer's, and none ends the process")
  func altered() throws {
    let entry = RevocationList.Entry(serial: "0102", at: now, reason: .keyCompromise)
    let list = try list([entry])
    var judged = 0
    for (index, bit) in list.der.indices.flatMap({ index in (0..<8 as Range<UInt8>).map { (index, $0) } }) {
      var der = list.der
      der[index] ^= 1 << bit
      guard let flipped = try? RevocationList(der: der) else { continue }
      judged += 1
      #expect(!flipped.isSigned(by: hierarchy.management.certificate), "bit \(bit) of byte \(index)")
    }
    for count in list.der.indices {
      #expect(throws: PKIError.self) { try RevocationList(der: Array(list.der.prefix(count))) }
    }
    #expect(judged > 1000)
  }
}
