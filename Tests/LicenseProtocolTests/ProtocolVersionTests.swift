import LicenseProtocol
import Testing

@Suite("Versions and features")
struct ProtocolVersionTests {
  @Test(
    "the highest version that both speak",
    arguments: [
      (1, 1, 1...1, 1), (1, 5, 1...3, 3), (2, 2, 1...3, 2), (3, 9, 1...3, 3), (4, 9, 1...3, nil), (1, 1, 2...3, nil),
      (3, 2, 1...3, nil), (0, 3, 1...3, nil), (1, .max, 1...1, 1),
    ] as [(UInt32, UInt32, ClosedRange<UInt32>, UInt32?)])
  func negotiation(minimum: UInt32, maximum: UInt32, spoken: ClosedRange<UInt32>, agreed: UInt32?) {
    #expect(ProtocolVersion.negotiate(minimum: minimum, maximum: maximum, spoken: spoken) == agreed)
  }

  @Test("required features that are not understood are named, each once, in order")
  func features() {
    #expect(ProtocolFeature.missing(required: ["b", "a", "b", "c"], understood: ["c"]) == ["a", "b"])
    #expect(ProtocolFeature.missing(required: ["c"], understood: ["c"]) == [])
    #expect(ProtocolFeature.missing(required: []) == [])
  }
}
