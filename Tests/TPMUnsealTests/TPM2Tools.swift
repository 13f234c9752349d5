import Foundation
import TestSupport

/// tpm2-tools at one swtpm, which no `TPM` may be connected to meanwhile.
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

  func path(_ name: String) -> String { software.folder.url.appendingPathComponent(name).path }
}
