/// The way to a value inside a document, written as Ignition's report writes it: `$.storage.files.0.path`.
public struct ValuePath: Sendable, Hashable, CustomStringConvertible {
  /// The path as text; `$` is the document itself.
  public private(set) var description: String

  /// The whole document, `$`.
  public static let root = ValuePath("$")

  private init(_ description: String) { self.description = description }

  /// The member `key` of the value at this path.
  public func appending(_ key: String) -> ValuePath { ValuePath("\(description).\(key)") }

  /// The element at `index` (from 0) of the list at this path.
  public func appending(_ index: Int) -> ValuePath { ValuePath("\(description).\(index)") }
}
