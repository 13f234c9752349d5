import TPMStructures
import Testing

@testable import MeasuredBoot

@Suite("Event logs that are none")
struct EventLogErrorTests {
  struct Case: CustomTestStringConvertible {
    let bytes: [UInt8]
    let error: EventLogError

    init(_ bytes: [UInt8], _ error: EventLogError) {
      self.bytes = bytes
      self.error = error
    }

    var testDescription: String { error.description }
  }

  private static let digest = [UInt8](repeating: 7, count: 32)

  private static func log(
    _ events: [UInt8]..., algorithms: [(UInt16, UInt16)] = [(0x0B, 32), (0x0C, 48)], count: UInt32? = nil
  ) -> [UInt8] {
    var builder = EventLogBuilder(algorithms: algorithms, count: count)
    for event in events { builder.append(event) }
    return builder.bytes
  }

  private static func event(
    pcr: UInt32 = 7, digests: [(UInt16, [UInt8])] = [(0x0B, digest)], count: UInt32? = nil, size: UInt32? = nil
  ) -> [UInt8] {
    EventLogBuilder.event(pcr: pcr, type: 4, digests: digests, data: [0, 0, 0, 0], count: count, size: size)
  }

  // The header with two algorithms is 69 bytes long: 32, 28 up to the algorithms, 8 of them, 1.
  static let cases: [Case] = [
    Case([], EventLogError(offset: 0, .empty)),
    Case([1, 2, 3], EventLogError(offset: 0, .truncated(missing: 1))),
    Case(Array(log().prefix(40)), EventLogError(offset: 32, .truncated(missing: 29))),
    Case(log(count: 0), EventLogError(offset: 56, .count("algorithms", 0, limit: 16))),
    Case(log(count: .max), EventLogError(offset: 56, .count("algorithms", 0xFFFF_FFFF, limit: 16))),
    Case(log(count: 9), EventLogError(offset: 68, .truncated(missing: 1))),
    Case(log(algorithms: [(0x0B, 20)]), EventLogError(offset: 60, .algorithm(0x0B))),
    Case(log(algorithms: [(0x99, 0)]), EventLogError(offset: 60, .algorithm(0x99))),
    Case(log(algorithms: [(0x0B, 32), (0x0B, 32)]), EventLogError(offset: 64, .repeatedAlgorithm(0x0B))),
    Case(log(event(pcr: 24)), EventLogError(offset: 69, .pcr(24))),
    Case(log(event(digests: [])), EventLogError(offset: 77, .count("digests", 0, limit: 2))),
    Case(log(event(count: 3)), EventLogError(offset: 77, .count("digests", 3, limit: 2))),
    Case(log(event(count: .max)), EventLogError(offset: 77, .count("digests", 0xFFFF_FFFF, limit: 2))),
    Case(log(event(digests: [(0x04, digest)])), EventLogError(offset: 81, .algorithm(4))),
    Case(
      log(event(digests: [(0x0B, digest), (0x0B, digest)])), EventLogError(offset: 115, .repeatedAlgorithm(0x0B))
    ),
    Case(log(event(size: .max)), EventLogError(offset: 119, .truncated(missing: 0xFFFF_FFFB))),
    Case(log(event(), [0]), EventLogError(offset: 123, .truncated(missing: 3))),
    Case(
      log(
        EventLogBuilder.event(
          pcr: 0, type: 3, digests: [(0x0B, digest)], data: Array("StartupLocality\0".utf8) + [7])),
      EventLogError(offset: 69, .startupLocality(7))
    ),
  ]

  @Test("what is no event log is an error with its place", arguments: cases)
  func errors(wrong: Case) {
    #expect(throws: wrong.error) { try EventLog(parsing: wrong.bytes) }
    #expect(wrong.error.description.hasPrefix("byte \(wrong.error.offset): "))
  }

  @Test("a log of more bytes than any firmware's is not read")
  func tooLong() {
    let bytes = [UInt8](repeating: 0, count: EventLog.sizeLimit + 1)
    #expect(throws: EventLogError(offset: 0, .tooLong(4_194_305, limit: 4_194_304))) { try EventLog(parsing: bytes) }
  }

  @Test("a recorded log that is cut off is an error, unless it is cut between two events")
  func truncated() throws {
    let bytes = try RecordedLog.bytes("running.eventlog")
    let whole = try EventLog(parsing: bytes)
    let ends = Set(whole.events.map(\.offset))
    let lengths = Set(stride(from: 0, to: bytes.count, by: 5)).union(ends).union(ends.map { $0 + 1 })
    for length in lengths {
      let cut = try? EventLog(parsing: Array(bytes.prefix(length)))
      #expect((cut != nil) == (ends.contains(length) && length > 0), "\(length)")
    }
  }

  @Test("whatever bytes come, a log is read or refused, and shown on one line")
  func mutations() throws {
    var generator = Seeded(state: 4)
    let original = try RecordedLog.bytes("staged.eventlog")
    var (read, refused) = (0, 0)
    for round in 0..<400 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...12, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[place] = round.isMultiple(of: 3) ? 0xFF : UInt8.random(in: 0...255, using: &generator)
      }
      if round.isMultiple(of: 7) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator)) }
      guard let log = try? EventLog(parsing: bytes) else {
        refused += 1
        continue
      }
      read += 1
      for event in log.events {
        let isPlain = event.description.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        #expect(isPlain && event.description.count < 1000)
      }
    }
    #expect(read > 50 && refused > 20, "\(read) \(refused)")
    for _ in 0..<300 {
      let bytes = (0..<Int.random(in: 1...200, using: &generator)).map { _ in UInt8.random(in: 0...9, using: &generator)
      }
      _ = try? EventLog(parsing: bytes)
      for type in [0x8000_0001, 0x8000_0002, 0x8000_0003, 0x8000_0006, 0x8000_000A, 0x8000_00E0, 6, 8, 13] as [UInt32] {
        let event = Event(number: 0, offset: 0, pcr: 7, type: EventType(rawValue: type), digests: [], data: bytes)
        #expect(!event.words.isEmpty)
      }
    }
  }
}

/// The same numbers on every machine (splitmix64).
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
