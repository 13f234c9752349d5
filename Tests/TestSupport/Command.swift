public import Foundation

/// A program run to its end, for tests against real tools.
public struct Command: Sendable {
  /// Its exit status; a signal counts as 128 and its number.
  public let status: Int32
  /// What it wrote to standard output.
  public let output: String
  /// What it wrote to standard error.
  public let errors: String

  /// Runs `words` (the first found on PATH) in `folder` with `environment` added to this process's own, for `seconds` at most.
  public init(
    _ words: [String], in folder: URL = SharedFolder.checkout, environment: [String: String] = [:],
    input: Data? = nil, seconds: Int = 300
  ) throws {
    let work = try TemporaryFolder()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // Nothing that a test starts may hang a whole run: it is ended, with status 124 or 137.
    process.arguments = ["timeout", "--kill-after=5", "\(seconds)"] + words
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    // Files, not pipes: whatever it writes, it never waits for a reader.
    let names = ["input", "output", "errors"].map { work.url.appendingPathComponent($0) }
    try (input ?? Data()).write(to: names[0])
    for name in names[1...] { try Data().write(to: name) }
    process.standardInput = try FileHandle(forReadingFrom: names[0])
    process.standardOutput = try FileHandle(forWritingTo: names[1])
    process.standardError = try FileHandle(forWritingTo: names[2])
    try process.run()
    process.waitUntilExit()
    status = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    output = String(decoding: try Data(contentsOf: names[1]), as: UTF8.self)
    errors = String(decoding: try Data(contentsOf: names[2]), as: UTF8.self)
  }
}

/// The programs of this package as the tests' own build made them.
public enum BuiltProgram {
  /// The path of the program `name`.
  public static func path(_ name: String) -> String {
    SharedFolder.checkout.appendingPathComponent(".build/debug/\(name)").path
  }
}
