public import Diagnostics

extension IgnitionConfig {
  /// The config as canonical JSON at `spec`: a fixed order of members, no white space, a newline at the end. Equal
  /// configs give the same bytes.
  ///
  /// Every thing that `spec` lacks is an error in `report` at its path, such as `$.kernelArguments`; then nothing is
  /// returned. The values themselves are not validated here: see ``validate(for:)``.
  public func encoded(for spec: SpecVersion, report: inout Report) -> [UInt8]? {
    if spec < .newest {
      var lacks = Report()
      var trail = Trail()
      reportLacks(in: spec, at: &trail, to: &lacks)
      report.add(contentsOf: lacks)
      if lacks.hasErrors { return nil }
    }
    var writer = JSONWriter(capacity: 16384)
    writer.begin(UInt8(ascii: "{"))
    writer.key(Array("\"ignition\":".utf8))
    writer.begin(UInt8(ascii: "{"))
    writer.key(Array("\"version\":".utf8))
    writer.value(spec.rawValue)
    for field in Ignition.fields { field.write(ignition, &writer) }
    writer.end(UInt8(ascii: "}"))
    for field in Self.fields.dropFirst() { field.write(self, &writer) }
    writer.end(UInt8(ascii: "}"))
    writer.newline()
    return writer.bytes
  }
}
