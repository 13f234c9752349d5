import Foundation
import TestSupport
import Testing

@Suite("docs/operations.md")
struct DocumentTests {
  /// Every runbook, with the test that goes through it.
  static let tested: Set<String> = [
    OperationsDocument.preparations,
    "Rotate the static seal's key", "A holder of a share leaves", "Replace a board, or a TPM that was cleared",
    "A blob or a disk may have been copied", "Add a worker", "Add masters", "A node leaves for good",
    "Renew the certificates", "Revoke an organisation's authority",
    "An administrator's certificate is lost, or its owner leaves", "Approve an update of the operating system",
    "Back up the desk", "Recover from the shares alone",
  ]

  @Test("every runbook has a test, and every tested runbook is there")
  func coverage() throws {
    #expect(Set(try OperationsDocument().runbooks.map(\.name)) == Self.tested)
  }

  @Test("every command of ours names a subcommand that exists, and options that it has")
  func commands() throws {
    let calls = try OperationsDocument().calls
    #expect(calls.count > 30, "\(calls)")
    var helps: [String: String] = [:]
    for call in calls {
      // A node's shell and a sentence may name the bare program.
      var words = call.dropFirst().prefix { !$0.hasPrefix("-") && $0.allSatisfy { $0.isLetter || $0 == "-" } }
      if call.dropFirst().first == "seal", let second = words.dropFirst().first,
        !["rotate", "drill", "recover", "nodes"].contains(second)
      {
        words = words.prefix(1)
      }
      words = words.prefix(["pki", "seal"].contains(words.first) ? 2 : 1)
      let command = [call[0]] + words
      let key = command.joined(separator: " ")
      if helps[key] == nil {
        let help = try Command([BuiltProgram.path(call[0])] + words + ["--help"])
        #expect(help.status == 0, "\(call): \(help.errors)")
        helps[key] = help.output
        // `seal` alone is `seal nodes`.
        if key == "ll-bootimage seal" {
          helps[key] = try Command([BuiltProgram.path(call[0]), "seal", "nodes", "--help"]).output
        }
      }
      let usage = helps[key] ?? ""
      for option in call where option.hasPrefix("--") {
        let name = option.split(separator: "=")[0]
        #expect(usage.contains("\(name) ") || usage.contains("\(name)]"), "\(name) in \(call)")
      }
    }
  }

  @Test("every block is bash that bash can read")
  func syntax() throws {
    for runbook in try OperationsDocument().runbooks {
      for block in runbook.blocks {
        let read = try Command(["bash", "-n"], input: Data(block.utf8))
        #expect(read.status == 0, "\(runbook.name): \(read.errors)")
      }
    }
  }
}
