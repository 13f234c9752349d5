import BootImage
import Testing

@Suite("IPv4")
struct IPv4Tests {
  @Test(
    "an address is four octets in dotted decimal",
    arguments: [
      ("0.0.0.0", 0), ("255.255.255.255", 0xFFFF_FFFF), ("10.20.0.1", 0x0A14_0001), ("192.168.1.254", 0xC0A8_01FE),
    ] as [(String, UInt32)])
  func address(_ text: String, _ bits: UInt32) throws {
    let address = try #require(IPv4Address(text))
    #expect(address.bits == bits)
    #expect(address.description == text)
  }

  @Test(
    "anything else is no address",
    arguments: [
      "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.1.1.1", "1.1.1.1000", "01.2.3.4", "1.2.3.00",
      "1.2.3.4 ", " 1.2.3.4", "+1.2.3.4", "-1.2.3.4", "0x1.2.3.4", "1.2.3.４", "1,2,3,4", "::1", "1.2.3.4/24",
    ])
  func noAddress(_ text: String) { #expect(IPv4Address(text) == nil) }

  @Test(
    "a range has a first and a last address",
    arguments: [
      ("10.20.0.0/24", "10.20.0.255"), ("0.0.0.0/0", "255.255.255.255"), ("10.0.0.0/8", "10.255.255.255"),
      ("192.168.1.4/30", "192.168.1.7"), ("10.0.0.1/32", "10.0.0.1"), ("172.16.0.0/12", "172.31.255.255"),
      ("128.0.0.0/1", "255.255.255.255"), ("10.0.0.2/31", "10.0.0.3"),
    ])
  func range(_ text: String, _ last: String) throws {
    let range = try #require(IPv4CIDR(text))
    #expect(range.description == text)
    #expect(range.last.description == last)
    #expect(range.contains(range.network) && range.contains(range.last))
  }

  @Test(
    "a range with host bits, without or with a wrong length is none",
    arguments: [
      "10.20.0.1/24", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08",
      "10.0.0.0/8/8",
      "10.0.0/8", "128.0.0.0/0", "/8", "",
    ])
  func noRange(_ text: String) { #expect(IPv4CIDR(text) == nil) }

  @Test(
    "two ranges overlap where one contains the other",
    arguments: [
      ("10.0.0.0/8", "10.20.0.0/16", true), ("10.20.0.0/16", "10.0.0.0/8", true), ("10.0.0.0/9", "10.128.0.0/9", false),
      ("10.0.0.0/24", "10.0.1.0/24", false), ("10.0.0.0/24", "10.0.0.0/24", true), ("0.0.0.0/0", "10.0.0.1/32", true),
      ("10.0.0.1/32", "10.0.0.2/32", false),
    ])
  func overlap(_ left: String, _ right: String, _ expected: Bool) throws {
    let (left, right) = (try #require(IPv4CIDR(left)), try #require(IPv4CIDR(right)))
    #expect(left.overlaps(right) == expected)
    #expect(right.overlaps(left) == expected)
  }
}
