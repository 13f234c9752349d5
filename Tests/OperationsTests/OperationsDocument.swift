import Foundation
import TestSupport

/// `docs/operations.md`: runbooks, each with the commands that a person would type.
struct OperationsDocument {
  /// A runbook: its heading, and its blocks of commands in order.
  struct Runbook {
    let name: String
    var blocks: [String] = []
  }

  /// What is pasted before any runbook: functions, and the login to OpenBao.
  static let preparations = "Before you begin"

  /// What stands outside the blocks.
  let prose: String
  let runbooks: [Runbook]

  init() throws {
    let text = String(
      decoding: try Data(contentsOf: SharedFolder.checkout.appendingPathComponent("docs/operations.md")), as: UTF8.self)
    var runbooks: [Runbook] = []
    var prose: [Substring] = []
    var block: [Substring]?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if let lines = block {
        if line == "```" {
          let last = runbooks.count - 1
          if last >= 0 { runbooks[last].blocks.append(lines.map { $0 + "\n" }.joined()) }
          block = nil
        } else {
          block = lines + [line]
        }
      } else if line == "```sh" {
        block = []
      } else {
        prose.append(line)
        if line.hasPrefix("## ") { runbooks.append(Runbook(name: String(line.dropFirst(3)))) }
      }
    }
    self.prose = prose.joined(separator: "\n")
    self.runbooks = runbooks
  }

  /// The block of commands number `index` of the runbook `name`.
  func block(_ name: String, _ index: Int) throws -> String {
    guard let runbook = runbooks.first(where: { $0.name == name }), runbook.blocks.indices.contains(index) else {
      throw RunbookFailure(description: "docs/operations.md has no block \(index) in '\(name)'")
    }
    return runbook.blocks[index]
  }

  /// Every call of `ll-bootimage` or `ll-tpm` in the document, its words split as a shell would, in blocks and in prose.
  var calls: [[String]] {
    let inProse = prose.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter {
      $0.offset % 2 == 1
    }
    .map { String($0.element) }
    let blocks = runbooks.flatMap(\.blocks).joined()
    return Self.calls(in: blocks) + inProse.flatMap { Self.calls(in: $0.replacingOccurrences(of: "\n", with: " ")) }
  }

  private static func calls(in text: String) -> [[String]] {
    var commands: [[String]] = [[]]
    var word: String?
    var isQuoted = false
    for character in text + "\n" {
      switch character {
      case "'": (isQuoted, word) = (!isQuoted, word ?? "")
      case _ where isQuoted: word?.append(character)
      case " ", "\n", ";", "|", "&", ">", "<", "#", "\"", "(", ")":
        if let whole = word { commands[commands.count - 1].append(whole) }
        word = nil
        if character != " " { commands.append([]) }
      default: word = (word ?? "") + String(character)
      }
    }
    return commands.compactMap { words in
      words.firstIndex { $0 == "ll-bootimage" || $0 == "ll-tpm" }.map { Array(words[$0...]) }
    }
  }
}

/// What did not work, with what the programs said.
struct RunbookFailure: Error, CustomStringConvertible {
  let description: String
}
