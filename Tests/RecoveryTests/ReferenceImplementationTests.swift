import Foundation
import SecretMemory
import TestSupport
import Testing

@testable import Recovery

/// The authors' implementation in Python, the package shamir-mnemonic; `LL_SHAMIR_PYTHON` names an interpreter that
/// has it.
private enum Reference {
  static let python = ProcessInfo.processInfo.environment["LL_SHAMIR_PYTHON"] ?? "python3"
  static let isInstalled = (try? Command([python, "-c", "import shamir_mnemonic"]).status) == 0

  static func run(_ program: String, _ input: String) throws -> String {
    let command = try Command([python, "-c", program], input: Data(input.utf8))
    #expect(command.status == 0, "\(command.errors)")
    return command.output.trimmingCharacters(in: .newlines)
  }
}

@Suite(
  "Against the authors' implementation (python package shamir-mnemonic)",
  .enabled(if: Reference.isInstalled, "the python package shamir-mnemonic is not installed"))
struct ReferenceImplementationTests {
  @Test("it recovers what was split here", arguments: [(2, 3, 32), (3, 5, 32), (5, 9, 16), (16, 16, 64)])
  func recoversOurs(threshold: Int, count: Int, length: Int) throws {
    let key = Samples.key(length)
    let shares = try RecoveryShare.split(try Samples.secret(key), shares: count, threshold: threshold)
    let words = try shares.shuffled().prefix(threshold).map { Samples.text(try $0.words()) }
    let program = """
      import sys
      from shamir_mnemonic import combine_mnemonics
      print(list(combine_mnemonics(sys.stdin.read().splitlines())))
      """
    #expect(try Reference.run(program, words.joined(separator: "\n")) == "\(key)")
  }

  @Test("what it split is recovered here", arguments: [(2, 3, 32, 1), (4, 7, 16, 0), (3, 3, 48, 2)])
  func recoversTheirs(threshold: Int, count: Int, length: Int, exponent: Int) throws {
    let key = Samples.key(length)
    let program = """
      from shamir_mnemonic import generate_mnemonics
      groups = generate_mnemonics(1, [(\(threshold), \(count))], bytes(\(key)), iteration_exponent=\(exponent))
      print("\\n".join(groups[0]))
      """
    let shares = try Reference.run(program, "").split(separator: "\n").map { try Samples.share(String($0)) }
    #expect(shares.count == count)
    #expect(Samples.bytes(try RecoveryShare.combine(Array(shares.suffix(threshold)))) == key)
    #expect(Samples.bytes(try RecoveryShare.combine(shares)) == key)
    #expect(try RecoveryShare.interpolationFails(shares))
  }
}
