public import Diagnostics
public import SystemdUnit

/// One quadlet file: its name, its kind and what it says (podman-systemd.unit(5)).
public struct QuadletUnit: Sendable, Hashable {
  /// The file's name without folder: `openbao.container`. Its suffix does not change ``kind``.
  public var name: String
  /// The kind that the name's suffix says.
  public let kind: Kind
  /// The sections and directives; those that podman does not know belong to systemd and are handed on to the service.
  public var file: UnitFile

  /// A unit, or `nil` where `name` is a path or has no quadlet suffix after a name of at least one character.
  public init?(name: String, file: UnitFile) {
    guard let kind = Self.kind(of: name) else { return nil }
    self.name = name
    self.kind = kind
    self.file = file
  }

  /// Reads `bytes` as podman does, which is not in every detail as systemd does (`UnitDialect.podman`).
  ///
  /// What cannot be read is added to `report` under the file's name, with line and column; the rest is kept. `nil`
  /// where `name` is a path or has no quadlet suffix after a name of at least one character.
  public init?(name: String, parsing bytes: [UInt8], report: inout Report) {
    var found = Report()
    let file = UnitFile(parsing: bytes, dialect: .podman, report: &found)
    report.add(contentsOf: found, in: name)
    self.init(name: name, file: file)
  }

  /// The kind of a file by its name, without folders: `web.container` is a container; `nil` where it is no quadlet.
  public static func kind(of name: String) -> Kind? {
    let bytes = name.utf8
    guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")), dot != bytes.startIndex else { return nil }
    return bytes.contains(UInt8(ascii: "/")) ? nil : Kind(rawValue: String(name[bytes.index(after: dot)...]))
  }

  /// The name of the service that podman makes of this file: `openbao.image` becomes `openbao-image.service`, unless
  /// `ServiceName=` says otherwise.
  public var serviceName: String {
    var draft = UnitDraft()
    draft.merge(file, named: name)
    return LoadedUnit(path: name, kind: kind, root: "/", draft: draft).serviceName + ".service"
  }

  /// Whether the file is a template, of which podman makes a template service: `name@.container`.
  public var isTemplate: Bool { name.dropLast(kind.rawValue.count + 1).hasSuffix("@") }
}
