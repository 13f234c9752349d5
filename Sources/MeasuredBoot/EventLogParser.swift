import TPMStructures

/// Reads an event log. Nothing is taken on trust: every count is held against what is left.
struct EventLogParser {
  private var reader: LittleEndianReader
  private let size: Int
  private var sizes: [Algorithm: Int] = [:]
  private var algorithms: [Algorithm] = []
  private var events: [Event] = []
  private var startupLocality: UInt8?

  init(_ bytes: [UInt8]) {
    reader = LittleEndianReader(bytes)
    size = bytes.count
  }

  mutating func log() throws(EventLogError) -> EventLog {
    guard size > 0 else { throw EventLogError(offset: 0, .empty) }
    guard size <= EventLog.sizeLimit else {
      throw EventLogError(offset: 0, .tooLong(size, limit: EventLog.sizeLimit))
    }
    let first = try legacyEvent()
    try append(first)
    let isAgile = first.type == .noAction && first.data.starts(with: Array("Spec ID Event03\0".utf8))
    if isAgile {
      try readSpecID(first)
      while reader.remaining > 0 { try append(try agileEvent()) }
    } else {
      algorithms = [.sha1]
      while reader.remaining > 0 { try append(try legacyEvent()) }
    }
    return EventLog(
      format: isAgile ? .cryptoAgile : .sha1Only, algorithms: algorithms, events: events,
      startupLocality: startupLocality ?? 0)
  }

  /// The events of an EFI_TCG2_FINAL_EVENTS_TABLE for a log with these banks.
  mutating func finalEvents(of log: EventLog) throws(EventLogError) -> [Event] {
    for algorithm in log.algorithms { sizes[algorithm] = Self.digestSize(algorithm, in: log) }
    let version = try integer(UInt64.self)
    guard version == 1 else { throw EventLogError(offset: 0, .finalEventsVersion(version)) }
    let count = try integer(UInt64.self)
    // Even an event without data takes its header.
    guard count <= UInt64(reader.remaining / 14) else {
      throw EventLogError(offset: 8, .count("final events", count, limit: reader.remaining / 14))
    }
    for _ in 0..<count { events.append(try agileEvent()) }
    return events
  }

  private static func digestSize(_ algorithm: Algorithm, in log: EventLog) -> Int? {
    HashAlgorithm(algorithm)?.digestSize
      ?? log.events.lazy.flatMap(\.digests).first { $0.algorithm == algorithm }?.bytes.count
  }

  private mutating func append(_ event: Event) throws(EventLogError) {
    let signature = Array("StartupLocality\0".utf8)
    if event.type == .noAction, event.data.count == 17, event.data.starts(with: signature) {
      let locality = event.data[16]
      let isEarly = !events.contains { $0.isExtended && $0.pcr == 0 }
      guard isEarly, startupLocality == nil, [0, 3, 4].contains(locality) else {
        throw EventLogError(offset: event.offset, .startupLocality(locality))
      }
      startupLocality = locality
    }
    events.append(event)
  }

  /// TCG_EfiSpecIDEvent.
  private mutating func readSpecID(_ event: Event) throws(EventLogError) {
    let whole = reader
    reader = LittleEndianReader(event.data)
    let base = event.offset + 32
    do throws(EventLogError) {
      _ = try bytes(24)
      let count = try integer(UInt32.self)
      guard (1...16).contains(count) else {
        throw EventLogError(offset: reader.offset - 4, .count("algorithms", UInt64(count), limit: 16))
      }
      for _ in 0..<count {
        let offset = reader.offset
        let algorithm = Algorithm(rawValue: try integer(UInt16.self))
        let size = Int(try integer(UInt16.self))
        guard size > 0, size <= 64, HashAlgorithm(algorithm).map({ $0.digestSize == size }) ?? true else {
          throw EventLogError(offset: offset, .algorithm(algorithm.rawValue))
        }
        guard sizes.updateValue(size, forKey: algorithm) == nil else {
          throw EventLogError(offset: offset, .repeatedAlgorithm(algorithm.rawValue))
        }
        algorithms.append(algorithm)
      }
    } catch {
      throw EventLogError(offset: base + error.offset, error.reason)
    }
    reader = whole
  }

  /// TCG_PCR_EVENT.
  private mutating func legacyEvent() throws(EventLogError) -> Event {
    let offset = reader.offset
    let pcr = try integer(UInt32.self)
    let type = EventType(rawValue: try integer(UInt32.self))
    let digest = Array(try bytes(20))
    return try event(offset, pcr, type, [Event.Digest(.sha1, digest)])
  }

  /// TCG_PCR_EVENT2.
  private mutating func agileEvent() throws(EventLogError) -> Event {
    let offset = reader.offset
    let pcr = try integer(UInt32.self)
    let type = EventType(rawValue: try integer(UInt32.self))
    let count = try integer(UInt32.self)
    guard count >= 1, count <= UInt32(sizes.count) else {
      throw EventLogError(offset: reader.offset - 4, .count("digests", UInt64(count), limit: sizes.count))
    }
    var digests: [Event.Digest] = []
    for _ in 0..<count {
      let place = reader.offset
      let algorithm = Algorithm(rawValue: try integer(UInt16.self))
      guard let size = sizes[algorithm] else { throw EventLogError(offset: place, .algorithm(algorithm.rawValue)) }
      guard !digests.contains(where: { $0.algorithm == algorithm }) else {
        throw EventLogError(offset: place, .repeatedAlgorithm(algorithm.rawValue))
      }
      digests.append(Event.Digest(algorithm, Array(try bytes(size))))
    }
    return try event(offset, pcr, type, digests)
  }

  private mutating func event(
    _ offset: Int, _ pcr: UInt32, _ type: EventType, _ digests: [Event.Digest]
  ) throws(EventLogError) -> Event {
    // Some firmware writes PCR -1 where nothing is extended.
    guard pcr < 24 || type == .noAction else { throw EventLogError(offset: offset, .pcr(pcr)) }
    let size = try integer(UInt32.self)
    let data = Array(try bytes(Int(size)))
    return Event(
      number: events.count, offset: offset, pcr: Int(min(pcr, 24)), type: type, digests: digests, data: data)
  }

  private mutating func integer<Integer: FixedWidthInteger & UnsignedInteger>(
    _ type: Integer.Type
  ) throws(EventLogError) -> Integer {
    let size = Integer.bitWidth / 8
    guard let value = reader.integer(type) else {
      throw EventLogError(offset: reader.offset, .truncated(missing: size - reader.remaining))
    }
    return value
  }

  private mutating func bytes(_ count: Int) throws(EventLogError) -> ArraySlice<UInt8> {
    guard let bytes = reader.bytes(count) else {
      throw EventLogError(offset: reader.offset, .truncated(missing: count - reader.remaining))
    }
    return bytes
  }
}
