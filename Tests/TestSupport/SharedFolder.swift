public import Foundation

/// The folder with what the project shares between its teams (conformance cases, pins): `../shared` beside the checkout, or `LL_SHARED`.
public enum SharedFolder {
  /// The checkout's root, found from this file's place.
  public static let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The shared folder; `nil` where it is not there, so that a suite can skip itself by name.
  public static let url: URL? = {
    let named = ProcessInfo.processInfo.environment["LL_SHARED"].map { URL(fileURLWithPath: $0) }
    let url = named ?? checkout.deletingLastPathComponent().appendingPathComponent("shared")
    return FileManager.default.fileExists(atPath: url.path) ? url : nil
  }()

  /// The text of a file in the shared folder.
  public static func bytes(of path: String) throws -> [UInt8] {
    guard let url else { throw CocoaError(.fileNoSuchFile) }
    return try Array(Data(contentsOf: url.appendingPathComponent(path)))
  }
}
