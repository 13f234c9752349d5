import Foundation
import TestSupport

/// tpm2-tools at one swtpm, run in its folder.
struct TPM2Tools {
  private let software: SoftwareTPM

  static let areInstalled = (try? Command(["tpm2_getcap", "--version"]).status) == 0

  init(_ software: SoftwareTPM) { self.software = software }

  struct Failure: Error {
    let words: [String]
    let output: String
  }

  /// What the tool prints; an error where it fails.
  @discardableResult
  func run(_ words: String...) throws -> String {
    let command = try Command(words + ["-T", software.tcti], in: software.folder.url)
    guard command.status == 0 else { throw Failure(words: words, output: command.output + command.errors) }
    return command.output
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: software.folder.url.appendingPathComponent(name))
  }

  func read(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: software.folder.url.appendingPathComponent(name)))
  }
}
