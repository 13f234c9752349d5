/// What kind of thing a family of series is.
public enum MetricType: Sendable, Hashable {
  /// It only grows while the machine runs.
  case counter
  /// It goes up and down.
  case gauge
  /// It is 1, and says what it says in its labels.
  case info
  /// node_exporter does not say, and neither do we: names that end as no counter's does.
  case unknown
}

/// The text format that series are written in.
public enum MetricFormat: Sendable, Hashable {
  /// Prometheus' text format 0.0.4: `text/plain; version=0.0.4; charset=utf-8`.
  case prometheus
  /// OpenMetrics 1.0: `application/openmetrics-text; version=1.0.0; charset=utf-8`.
  case openMetrics

  /// What an HTTP answer says that it is.
  public var contentType: String {
    switch self {
    case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
    case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
    }
  }
}

/// A label of a series.
public struct MetricLabel: Sendable, Hashable {
  /// Its name.
  public var name: StaticString
  /// Its value; an empty one is the same as none.
  public var value: String

  /// A label.
  public init(_ name: StaticString, _ value: String) {
    self.name = name
    self.value = value
  }

  /// Whether both say the same.
  public static func == (left: MetricLabel, right: MetricLabel) -> Bool {
    left.name.description == right.name.description && left.value == right.value
  }

  /// Hashes both parts.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name.description)
    hasher.combine(value)
  }
}

/// Writes families of series, all series of a family together. The bytes depend on nothing but what is written.
public struct MetricWriter {
  /// What has been written.
  public private(set) var bytes: [UInt8] = []
  private let format: MetricFormat
  private var familyName: [UInt8] = []

  /// A writer, with room for `capacity` bytes.
  public init(_ format: MetricFormat, capacity: Int = 64 << 10) {
    self.format = format
    bytes.reserveCapacity(capacity)
  }

  /// Begins a family. Nothing is written of a family without a series.
  public mutating func family(_ name: StaticString, _ type: MetricType, _ help: StaticString) {
    familyName.removeAll(keepingCapacity: true)
    familyName.append(name)
    heading = (type, help)
  }

  /// Begins a family whose name the kernel gives: `node_memory_` and `Active(anon)` and `_bytes`. What may not stand in a
  /// name becomes an underscore.
  public mutating func family(
    _ prefix: StaticString, _ middle: [String], _ suffix: StaticString, _ type: MetricType, _ help: StaticString
  ) {
    familyName.removeAll(keepingCapacity: true)
    familyName.append(prefix)
    for (index, part) in middle.enumerated() {
      if index > 0 { familyName.append(UInt8(ascii: "_")) }
      Self.appendName(part, to: &familyName)
    }
    familyName.append(suffix)
    heading = (type, help)
  }

  private var heading: (type: MetricType, help: StaticString)?

  /// Writes a series of the family.
  public mutating func sample(_ value: MetricValue, _ labels: MetricLabel...) {
    sample(value, labels)
  }

  /// Writes a series of the family.
  public mutating func sample(_ value: MetricValue, _ labels: [MetricLabel]) {
    if let heading {
      appendHeading(heading.type, heading.help)
      self.heading = nil
    }
    bytes.append(contentsOf: familyName)
    appendLabels(labels)
    bytes.append(UInt8(ascii: " "))
    value.append(to: &bytes)
    bytes.append(UInt8(ascii: "\n"))
  }

  /// Writes a series where there is a value.
  public mutating func sample(_ value: MetricValue?, _ labels: MetricLabel...) {
    if let value { sample(value, labels) }
  }

  /// Ends the text, as OpenMetrics wants it.
  public mutating func finish() {
    if format == .openMetrics { bytes.append("# EOF\n") }
  }

  private mutating func appendHeading(_ type: MetricType, _ help: StaticString) {
    // OpenMetrics names a counter's family without its series' `_total`, and an info's without `_info`.
    var name = familyName
    if format == .openMetrics {
      if type == .counter { name.removeLast("_total".utf8.count) }
      if type == .info { name.removeLast("_info".utf8.count) }
    }
    bytes.append("# HELP ")
    bytes.append(contentsOf: name)
    bytes.append(UInt8(ascii: " "))
    bytes.append(help)
    bytes.append("\n# TYPE ")
    bytes.append(contentsOf: name)
    switch (type, format) {
    case (.counter, _): bytes.append(" counter\n")
    case (.gauge, _), (.info, .prometheus): bytes.append(" gauge\n")
    case (.info, .openMetrics): bytes.append(" info\n")
    case (.unknown, .prometheus): bytes.append(" untyped\n")
    case (.unknown, .openMetrics): bytes.append(" unknown\n")
    }
  }

  private mutating func appendLabels(_ labels: [MetricLabel]) {
    var isFirst = true
    for label in labels where !label.value.isEmpty {
      bytes.append(isFirst ? UInt8(ascii: "{") : UInt8(ascii: ","))
      isFirst = false
      bytes.append(label.name)
      bytes.append("=\"")
      for byte in label.value.utf8 {
        switch byte {
        case UInt8(ascii: "\\"): bytes.append("\\\\")
        case UInt8(ascii: "\""): bytes.append("\\\"")
        case UInt8(ascii: "\n"): bytes.append("\\n")
        default: bytes.append(byte)
        }
      }
      bytes.append(UInt8(ascii: "\""))
    }
    if !isFirst { bytes.append(UInt8(ascii: "}")) }
  }

  /// node_exporter makes `Active(anon)` into `Active_anon`.
  private static func appendName(_ part: String, to bytes: inout [UInt8]) {
    for byte in part.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        bytes.append(byte)
      case UInt8(ascii: ")"): continue
      default: bytes.append(UInt8(ascii: "_"))
      }
    }
  }
}

extension [UInt8] {
  /// Appends the text's bytes.
  fileprivate mutating func append(_ text: StaticString) {
    append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}
