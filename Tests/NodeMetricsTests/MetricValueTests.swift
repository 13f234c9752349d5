import Foundation
import NodeMetrics
import Testing

@Suite("Numbers in decimal")
struct MetricValueTests {
  private func text(_ value: MetricValue) -> String {
    var writer = MetricWriter(.prometheus)
    writer.family("x", .gauge, "x")
    writer.sample(value)
    let line = String(decoding: writer.bytes, as: UTF8.self).split(separator: "\n").last ?? ""
    return String(line.dropFirst(2))
  }

  @Test(
    "what the kernel counted is what is written, without a binary fraction",
    arguments: [
      (MetricValue(UInt64(0)), "0"), (MetricValue(UInt64.max), "18446744073709551615"),
      (MetricValue(Int64.min), "-9223372036854775808"),
      (MetricValue(UInt64(1_722_355), places: 2), "17223.55"), (MetricValue(UInt64(5), places: 3), "0.005"),
      (MetricValue(UInt64(500), places: 3), "0.5"), (MetricValue(UInt64(1000), places: 3), "1"),
      (MetricValue(UInt64(0), places: 9), "0"),
      (MetricValue(Int64(-5500), places: 3), "-5.5"), (MetricValue(Int64(-1), places: 9), "-0.000000001"),
      (MetricValue(UInt64.max, places: 20), "0.18446744073709551615"),
      (MetricValue(UInt64(2_600_000), zeros: 3), "2600000000"),
      (MetricValue(UInt64(0), zeros: 3), "0"), (MetricValue(true), "1"), (MetricValue(false), "0"),
    ])
  func written(value: MetricValue, expected: String) {
    #expect(text(value) == expected)
  }

  @Test("Foundation's decimal division agrees for numbers at random")
  func agrees() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      let value = UInt64.random(in: 0...(.max >> UInt64.random(in: 0...63)), using: &generator)
      let places = Int.random(in: 0...15, using: &generator)
      let expected = try #require(Decimal(string: String(value))) / pow(Decimal(10), places)
      #expect(Decimal(string: text(MetricValue(value, places: places))) == expected, "\(value) with \(places) places")
    }
  }
}
