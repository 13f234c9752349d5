import Diagnostics

/// A value that the specification can hold: how it is written, and what of it an older specification lacks.
protocol SpecValue: Sendable {
  /// Whether a member with this value is left out of the text.
  var isOmitted: Bool { get }

  /// Appends the value.
  func write(to writer: inout JSONWriter)

  /// The value that nothing was read into yet.
  static var unset: Self { get }

  /// Reads the value that comes next, over what was read before.
  mutating func read(from reader: inout JSONReader)

  /// What stays of this value when a child config has `child` in its place.
  func merged(with child: Self) -> Self

  /// By what an element of a list is found again in the list of a child config.
  var mergeKey: ExactText { get }

  /// Whether this element of a child's list takes the parent's away instead of changing it.
  var removesParent: Bool { get }

  /// Reports every part that `spec` lacks; `trail` leads to this value.
  func reportLacks(in spec: SpecVersion, at trail: inout Trail, to report: inout Report)
}

extension SpecValue {
  func merged(with child: Self) -> Self { child }

  var mergeKey: ExactText { ExactText("") }

  var removesParent: Bool { false }

  func reportLacks(in spec: SpecVersion, at trail: inout Trail, to report: inout Report) {}
}

extension String: SpecValue {
  var mergeKey: ExactText { ExactText(self) }

  static var unset: String { "" }

  var isOmitted: Bool { false }

  func write(to writer: inout JSONWriter) { writer.value(self) }

  mutating func read(from reader: inout JSONReader) { reader.read(&self) }
}

extension Int: SpecValue {
  static var unset: Int { 0 }

  // The one number without an "absent" is a partition's, where 0 says the same.
  var isOmitted: Bool { self == 0 }

  func write(to writer: inout JSONWriter) { writer.value(self) }

  mutating func read(from reader: inout JSONReader) { reader.read(&self) }
}

extension Bool: SpecValue {
  static var unset: Bool { false }

  var isOmitted: Bool { false }

  func write(to writer: inout JSONWriter) { writer.value(self) }

  mutating func read(from reader: inout JSONReader) { reader.read(&self) }
}

extension Optional: SpecValue where Wrapped: SpecValue {
  static var unset: Self { nil }

  func merged(with child: Self) -> Self { child ?? self }

  var isOmitted: Bool { self == nil }

  func write(to writer: inout JSONWriter) { self?.write(to: &writer) }

  mutating func read(from reader: inout JSONReader) { reader.read(&self) }
}

extension Array: SpecValue where Element: SpecValue {
  static var unset: Self { [] }

  var isOmitted: Bool { isEmpty }

  func write(to writer: inout JSONWriter) {
    writer.begin(UInt8(ascii: "["))
    for element in self { element.write(to: &writer) }
    writer.end(UInt8(ascii: "]"))
  }

  mutating func read(from reader: inout JSONReader) { reader.read(&self) }

  func reportLacks(in spec: SpecVersion, at trail: inout Trail, to report: inout Report) {
    for (index, element) in enumerated() {
      trail.push(index)
      element.reportLacks(in: spec, at: &trail, to: &report)
      trail.pop()
    }
  }
}
