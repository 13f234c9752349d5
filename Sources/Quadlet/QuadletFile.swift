import SystemdUnit

/// A file in a folder of quadlets: a unit, a drop-in, or something that quadlet leaves alone.
public struct QuadletFile: Sendable, Hashable {
  /// The path relative to the folder, without `.` and `..`: `openbao.container`, `openbao.container.d/10-image.conf`.
  public var path: String
  /// The content as it was read.
  public var bytes: [UInt8]

  /// A file with the given content.
  public init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  /// A file with the given text as UTF-8.
  public init(path: String, text: String) { self.init(path: path, bytes: Array(text.utf8)) }

  /// The file that `unit` is written as: its name, and its sections as text.
  public init(_ unit: QuadletUnit) { self.init(path: unit.name, text: unit.file.text) }
}
