import Diagnostics
import LocalFiles

/// Where the agent's state is kept, and what of it may be believed.
public struct StateFile: Sendable, Hashable {
  /// The file's name in the state's folder.
  public static let name = "state"

  /// The most that is kept, in bytes: a configuration's bodies have a mebibyte together, and base64 makes a third more
  /// of them.
  static let limit = 4 << 20

  private let file: DurableFile

  /// The state in `folder`.
  public init(folder: String) { file = DurableFile(path: "\(folder)/\(Self.name)") }

  /// Where it is.
  public var path: String { file.path }

  /// What was kept last; `nil` before anything was. A file that is not whole is an error, never half a state.
  public func load() throws(StateError) -> AgentState? {
    guard let bytes = try contents() else { return nil }
    var reader = AgentStateReader()
    let state = reader.read(bytes)
    if let finding = reader.report.sorted.first { throw .malformed(path: path, finding: finding.description) }
    return state
  }

  /// Keeps `state` in place of what was there: after a power cut it is the old one or the new one.
  public func save(_ state: AgentState) throws(StateError) {
    let bytes = Array(state.text.utf8)
    // What could not be read again is not kept in place of what can.
    guard bytes.count <= Self.limit else {
      throw .malformed(path: path, finding: "it would be longer than \(Self.limit) bytes, and is not kept")
    }
    do throws(FileFault) { try file.replace(with: bytes) } catch { throw StateError(error) }
  }

  /// Renames it, so that the next state can be kept and a person can look at this one.
  /// - Returns: where it is now.
  func putAside() throws(StateError) -> String {
    let aside = path + ".unreadable"
    do throws(FileFault) {
      try file.move(over: DurableFile(path: aside))
    } catch {
      throw .system(action: "put aside", path: path, code: error.code)
    }
    return aside
  }

  /// The file's bytes. A symbolic link is none of ours.
  private func contents() throws(StateError) -> [UInt8]? {
    do throws(RegularFile.Fault) {
      return try RegularFile(path: path, limit: Self.limit, links: .refused).contents()
    } catch {
      if error == .missing { return nil }
      guard let code = error.code else { throw .malformed(path: path, finding: error.reason) }
      throw .system(action: FileFault.Action.read.rawValue, path: path, code: code)
    }
  }
}
