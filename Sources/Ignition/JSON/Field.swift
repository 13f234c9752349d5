import Diagnostics

/// One member of an object of the specification: its name, the version that introduced it, and the property that holds
/// it.
///
/// A class, so that looking one up counts one reference and not those of all its functions.
final class Field<Owner: SpecObject>: Sendable {
  let name: String
  let since: SpecVersion
  /// The name's bytes, and the same in lower case.
  let utf8: [UInt8]
  let folded: [UInt8]
  let write: @Sendable (borrowing Owner, inout JSONWriter) -> Void
  let read: @Sendable (inout Owner, inout JSONReader) -> Void
  let merge: @Sendable (inout Owner, Owner) -> Void
  let reportLacks: @Sendable (Owner, SpecVersion, inout Trail, inout Report) -> Void

  /// A member that is there since `since`. Key paths would say the same in fewer words and take ten times as long.
  convenience init<Value: SpecValue>(
    _ name: String, _ get: @escaping @Sendable (borrowing Owner) -> Value,
    _ set: @escaping @Sendable (inout Owner, Value) -> Void, since: SpecVersion = .v30
  ) {
    self.init(
      name, get, set, since: since, read: { $0.read(from: &$1) },
      inside: { value, spec, trail, report in value.reportLacks(in: spec, at: &trail, to: &report) })
  }

  private init<Value: SpecValue>(
    _ name: String, _ get: @escaping @Sendable (borrowing Owner) -> Value,
    _ set: @escaping @Sendable (inout Owner, Value) -> Void, since: SpecVersion,
    read: @escaping @Sendable (inout Value, inout JSONReader) -> Void,
    merge: @escaping @Sendable (Value, Value) -> Value = { $0.merged(with: $1) },
    inside: @escaping @Sendable (Value, SpecVersion, inout Trail, inout Report) -> Void
  ) {
    self.name = name
    self.since = since
    utf8 = Array(name.utf8)
    folded = JSONReader.folded(name.utf8)
    let quoted = Array("\"\(name)\":".utf8)
    write = { owner, writer in
      let value = get(owner)
      if value.isOmitted { return }
      writer.key(quoted)
      value.write(to: &writer)
    }
    self.read = { owner, reader in
      var value = get(owner)
      read(&value, &reader)
      set(&owner, value)
    }
    self.merge = { owner, child in set(&owner, merge(get(owner), get(child))) }
    reportLacks = { owner, spec, trail, report in
      let value = get(owner)
      if value.isOmitted { return }
      if since > spec {
        report.error("spec \(spec) lacks \(name), which came with \(since)", path: Trail.path(trail.steps))
      } else {
        inside(value, spec, &trail, &report)
      }
    }
  }
}

extension Field {
  /// A list of which a child config's is appended, repetitions and all.
  static func appended<Element: SpecValue>(
    _ name: String, _ get: @escaping @Sendable (borrowing Owner) -> [Element],
    _ set: @escaping @Sendable (inout Owner, [Element]) -> Void, since: SpecVersion = .v30
  ) -> Field {
    Field(
      name, get, set, since: since, read: { $0.read(from: &$1) }, merge: { $0 + $1 },
      inside: { value, spec, trail, report in value.reportLacks(in: spec, at: &trail, to: &report) })
  }

  /// A string that a text must hold and the model does not.
  static func readAndForgotten(_ name: String) -> Field {
    Field(
      name, { _ in String?.none }, { _, _ in }, since: .v30,
      read: { _, reader in
        var forgotten = ""
        reader.read(&forgotten)
      }, inside: { _, _, _, _ in })
  }

  /// A reference to another config, which the first version gives fewer members than a file's contents.
  static func reference(
    _ name: String, _ get: @escaping @Sendable (borrowing Owner) -> IgnitionConfig.Resource,
    _ set: @escaping @Sendable (inout Owner, IgnitionConfig.Resource) -> Void
  ) -> Field {
    let members = IgnitionConfig.Resource.referenceFields
    return Field(
      name, get, set, since: .v30, read: { $1.read(&$0, fields: members) },
      inside: { resource, spec, trail, report in
        resource.reportLacks(in: spec, at: &trail, members: members, to: &report)
      })
  }

  /// A list of references to configs or certificates, which the first version gives fewer members than a file's
  /// contents.
  static func references(
    _ name: String, _ get: @escaping @Sendable (borrowing Owner) -> [IgnitionConfig.Resource],
    _ set: @escaping @Sendable (inout Owner, [IgnitionConfig.Resource]) -> Void
  ) -> Field {
    let members = IgnitionConfig.Resource.referenceFields
    return Field(
      name, get, set, since: .v30,
      read: { list, reader in reader.read(&list) { $1.read(&$0, fields: members) } },
      inside: { resources, spec, trail, report in
        for (index, resource) in resources.enumerated() {
          trail.push(index)
          resource.reportLacks(in: spec, at: &trail, members: members, to: &report)
          trail.pop()
        }
      })
  }
}
