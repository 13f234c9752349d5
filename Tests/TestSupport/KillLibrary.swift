import Foundation

/// A library to be preloaded into programs that link glibc dynamically: it kills them before the so many-th call that
/// changes a file or a folder. `Fixtures/kill.c`, built.
public final class KillLibrary: Sendable {
  /// It cannot be built: what the compiler said.
  public struct Fault: Error {
    /// The compiler's words.
    public let words: String
  }

  /// One for every test.
  public static let shared = Result { try KillLibrary() }

  private let folder: TemporaryFolder
  /// Where it is.
  public let path: String

  private init() throws {
    folder = try TemporaryFolder()
    path = folder.url.appendingPathComponent("kill.so").path
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/kill.c")
    let compiler = try Command(["cc", "-shared", "-fPIC", "-o", path, source.path, "-ldl"])
    guard compiler.status == 0 else { throw Fault(words: compiler.errors) }
    // It is shared by every test of the run, so nobody's end but the run's is its own.
    atexit {
      if case .success(let library) = KillLibrary.shared { try? FileManager.default.removeItem(at: library.folder.url) }
    }
  }

  /// What goes before a program's words that is to be killed before its call number `at`; 0 kills none.
  /// - Parameters:
  ///   - only: the calls that count; empty for all that change something.
  ///   - log: where the calls that count are written down, a line each.
  public func wrapper(at: Int, only: [String] = [], log: String? = nil) -> [String] {
    ["env", "LD_PRELOAD=\(path)", "KILL_AT=\(at)"]
      + (only.isEmpty ? [] : ["KILL_ONLY=\(only.joined(separator: ","))"]) + (log.map { ["KILL_LOG=\($0)"] } ?? [])
  }
}
