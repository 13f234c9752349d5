import Foundation

/// Every file below a folder with its mode and bytes, every folder and link, by relative path.
struct DeskSnapshot: Equatable {
  private let entries: [String: Data]

  /// What is below `folder`; `parts` are the names in it that count, all where there are none.
  init(_ folder: String, only parts: [String] = []) throws {
    var entries: [String: Data] = [:]
    let manager = FileManager.default
    guard let walk = manager.enumerator(atPath: folder) else { throw CocoaError(.fileReadNoSuchFile) }
    while let name = walk.nextObject() as? String {
      guard parts.isEmpty || parts.contains(String(name.prefix { $0 != "/" })) else { continue }
      let path = "\(folder)/\(name)"
      let attributes = try manager.attributesOfItem(atPath: path)
      let head = Data("\(attributes[.posixPermissions] ?? 0) ".utf8)
      switch attributes[.type] as? FileAttributeType {
      case .typeRegular?: entries[name] = head + (try Data(contentsOf: URL(fileURLWithPath: path)))
      case .typeSymbolicLink?: entries[name] = Data(try manager.destinationOfSymbolicLink(atPath: path).utf8)
      default: entries[name] = head
      }
    }
    self.entries = entries
  }

  /// The paths, sorted.
  var names: [String] { entries.keys.sorted() }

  /// The paths that are not the same in `later`, gone ones and new ones among them.
  func changes(in later: DeskSnapshot) -> [String] {
    Set(entries.keys).union(later.entries.keys).filter { entries[$0] != later.entries[$0] }.sorted()
  }
}

extension ExampleDesk {
  /// What is secret, public or sealed on the desk, and the outputs; not the TPMs.
  func snapshot() throws -> DeskSnapshot {
    let names = try FileManager.default.contentsOfDirectory(atPath: path("."))
    return try DeskSnapshot(path("."), only: names.filter { !$0.hasPrefix("tpm-") })
  }

  /// The paths that `body` changes.
  func changes(_ body: () throws -> Void) throws -> [String] {
    let before = try snapshot()
    try body()
    return before.changes(in: try snapshot())
  }
}
