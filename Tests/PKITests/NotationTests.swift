import Foundation
import Glibc
import Testing

@testable import PKI

@Suite("Addresses, times and PEM")
struct NotationTests {
  private func system(_ text: String) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes.prefix(4)) }
    return inet_pton(AF_INET6, text, &bytes) == 1 ? bytes : nil
  }

  @Test(
    "an address is read as inet_pton reads it",
    arguments: [
      "10.0.0.1", "255.255.255.255", "0.0.0.0", "256.1.1.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.", "",
      "::", "::1", "1::", "fd00:a::1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7::", "1::2::3", ":1", "1:",
      ":::", "12345::", "g::", "::ffff:10.0.0.1", "::10.0.0", "1:2:3:4:5:6:10.0.0.1", "1:2:3:4:5:6:7:10.0.0.1",
      "FD00:A::1", " ::1", "::1 ", "+1::", "1.2.3.+4", "１.2.3.4", "fe80::1%eth0", "1:2:3:4:5:6:7:8:9",
      "::1:2:3:4:5:6:7:8",
    ])
  func addresses(_ text: String) {
    #expect(IPAddressText.bytes(text) == system(text))
  }

  @Test("an address is written as inet_ntop writes it")
  func written() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      // Many zeros, so that there are runs to shorten.
      let groups = (0..<8).map { _ in Bool.random() ? 0 : UInt16.random(in: 0...0xFFFF, using: &generator) }
      let bytes = groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
      guard groups[..<5].contains(where: { $0 != 0 }) else { continue }
      var text = [CChar](repeating: 0, count: 64)
      _ = inet_ntop(AF_INET6, bytes, &text, 64)
      let expected = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      #expect(IPAddressText.text(bytes) == expected)
      #expect(IPAddressText.bytes(expected) == bytes)
    }
  }

  @Test(
    "a range that is none is refused",
    arguments: [
      "10.0.0.0", "10.0.0.0/33", "10.0.0.1/8", "fd00::/129", "10.0.0.0/", "10.0.0.0/+8", "10.0.0.0/8/8", "x/8",
    ])
  func badRanges(_ text: String) {
    #expect(throws: PKIError.self) { try AddressRange(text) }
  }

  @Test("a range is read and written", arguments: ["0.0.0.0/0", "10.128.0.0/9", "192.0.2.7/32", "fd00:1::/33", "::/0"])
  func ranges(_ text: String) throws {
    let range = try AddressRange(text)
    #expect(range.description == text)
    let ones = range.mask.reduce(0) { $0 + $1.nonzeroBitCount }
    #expect(ones == range.prefixLength && range.mask.count == range.address.count)
  }

  @Test("a moment is what the system's calendar says it is")
  func moments() {
    let edges: [Int64] = [
      0, -1, 951_782_399, 951_782_400, 2_524_607_999, 2_524_608_000, 4_107_542_400, 253_402_300_799,
    ]
    for time in edges + (0..<2000).map({ _ in Int64.random(in: -2_000_000_000...20_000_000_000) }) {
      var seconds = time_t(time)
      var parts = tm()
      gmtime_r(&seconds, &parts)
      let moment = CalendarTime(time)
      #expect(moment.year == Int(parts.tm_year) + 1900 && moment.month == Int(parts.tm_mon) + 1)
      #expect(moment.day == Int(parts.tm_mday) && moment.hours == Int(parts.tm_hour))
      #expect(moment.minutes == Int(parts.tm_min) && moment.seconds == Int(parts.tm_sec))
      #expect(moment.time == time)
    }
    #expect(CalendarTime(1_800_000_000).description == "2027-01-15T08:00:00Z")
  }

  @Test("a PEM text without a whole certificate is refused")
  func damagedPEM() throws {
    let certificate = try TestHierarchy.shared.get().root
    let pem = String(decoding: certificate.pem, as: UTF8.self)
    for text in [
      "", "nothing", String(pem.dropLast(30)), pem.replacingOccurrences(of: "MI", with: "M*"),
      "-----BEGIN CERTIFICATE-----\n" + pem,
    ] {
      #expect(throws: PKIError.noCertificate) { try IssuedCertificate.all(in: Array(text.utf8)) }
    }
    let windows = "notes\r\n" + pem.replacingOccurrences(of: "\n", with: "\r\n") + "more"
    #expect(try IssuedCertificate(pem: Array(windows.utf8)) == certificate)
    #expect(throws: PKIError.self) { try IssuedCertificate(der: certificate.der + [0]) }
  }
}
