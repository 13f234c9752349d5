import Diagnostics

/// An object of the specification: its members as a table, from which it is written, read and held against older
/// versions.
protocol SpecObject: SpecValue, Hashable {
  /// The object with nothing set.
  static var blank: Self { get }

  /// The members in the order they are written.
  static var fields: [Field<Self>] { get }

  /// The version whose type of this object is a Go pointer, so that `null` empties it; none but for an accident of
  /// 3.2.0.
  static var pointerSpec: SpecVersion? { get }

  /// Values (not members) that came with a later version: the member that holds one, what it is, and the version.
  var laterValues: [LaterValue] { get }
}

/// A value that a member may hold only since a later version of the specification.
struct LaterValue {
  var member: String
  var what: String
  var since: SpecVersion
}

extension SpecObject {
  static var pointerSpec: SpecVersion? { nil }

  static var unset: Self { blank }

  var laterValues: [LaterValue] { [] }

  var isOmitted: Bool { self == Self.blank }

  func merged(with child: Self) -> Self { mergedMembers(with: child) }

  func mergedMembers(with child: Self) -> Self {
    var result = self
    for field in Self.fields { field.merge(&result, child) }
    return result
  }

  func write(to writer: inout JSONWriter) {
    writer.begin(UInt8(ascii: "{"))
    for field in Self.fields { field.write(self, &writer) }
    writer.end(UInt8(ascii: "}"))
  }

  mutating func read(from reader: inout JSONReader) { reader.read(&self, fields: Self.fields) }

  func reportLacks(in spec: SpecVersion, at trail: inout Trail, to report: inout Report) {
    reportLacks(in: spec, at: &trail, members: Self.fields, to: &report)
  }

  func reportLacks(in spec: SpecVersion, at trail: inout Trail, members: [Field<Self>], to report: inout Report) {
    for field in members {
      trail.push(field.name)
      field.reportLacks(self, spec, &trail, &report)
      trail.pop()
    }
    for value in laterValues where value.since > spec {
      report.error(
        "spec \(spec) lacks \(value.what), which came with \(value.since)",
        path: Trail.path(trail.steps).appending(value.member))
    }
  }
}
