import MeasuredBoot
import TPMStructures

/// Writes event logs, good ones and bad ones. It is no inverse of the parser: it writes whatever it is told.
struct EventLogBuilder {
  private(set) var bytes: [UInt8] = []

  static func little<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
    (0..<(Integer.bitWidth / 8)).map { UInt8(truncatingIfNeeded: value >> Integer($0 * 8)) }
  }

  /// A TCG_PCR_EVENT.
  static func legacy(
    pcr: UInt32, type: UInt32, digest: [UInt8] = .init(repeating: 0, count: 20), data: [UInt8]
  )
    -> [UInt8]
  { little(pcr) + little(type) + digest + little(UInt32(data.count)) + data }

  /// A log whose first event lists `algorithms` by number and digest size.
  init(algorithms: [(UInt16, UInt16)] = [(0x0B, 32)], count: UInt32? = nil) {
    var data = Array("Spec ID Event03\0".utf8) + [0, 0, 0, 0, 0, 2, 0, 2]
    data += Self.little(count ?? UInt32(algorithms.count))
    for (number, size) in algorithms { data += Self.little(number) + Self.little(size) }
    bytes = Self.legacy(pcr: 0, type: 3, data: data + [0])
  }

  /// A TCG_PCR_EVENT2 with its digests as they are, and counts that may lie.
  static func event(
    pcr: UInt32, type: UInt32, digests: [(UInt16, [UInt8])], data: [UInt8], count: UInt32? = nil, size: UInt32? = nil
  ) -> [UInt8] {
    little(pcr) + little(type) + little(count ?? UInt32(digests.count))
      + digests.flatMap { little($0.0) + $0.1 } + little(size ?? UInt32(data.count)) + data
  }

  mutating func append(_ event: [UInt8]) { bytes += event }

  /// Adds an event whose SHA-256 digest is that of `measured`, or of its data.
  mutating func add(pcr: UInt32, type: EventType, data: [UInt8], measured: [UInt8]? = nil) {
    let digest = HashAlgorithm.sha256.hash(measured ?? data)
    bytes += Self.event(pcr: pcr, type: type.rawValue, digests: [(0x0B, digest)], data: data)
  }
}
