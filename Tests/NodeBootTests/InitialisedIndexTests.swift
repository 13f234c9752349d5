import Foundation
import TestSupport
import Testing

/// The built program; `nil` where this run did not build it, or swtpm and tpm2-tools are missing.
private let program: String? = {
  let path = Bundle.main.bundleURL.appendingPathComponent("ll-tpm").path
  let areThere = SoftwareTPM.isInstalled && (try? Command(["tpm2_getcap", "--version"]).status) == 0
  return areThere && FileManager.default.isExecutableFile(atPath: path) ? path : nil
}()

@Suite("ll-tpm initialised, beside tpm2-tools", .enabled(if: program != nil), .timeLimit(.minutes(5)))
struct InitialisedIndexTests {
  let software: SoftwareTPM
  let index = "0x1804C49"
  let attributes = "ownerwrite|ownerread|authread|no_da"

  init() throws { software = try SoftwareTPM() }

  private func initialised(_ words: String...) throws -> Command {
    try Command([program ?? "", "initialised"] + words, environment: ["LL_TCTI": software.tcti])
  }

  @discardableResult
  private func tool(_ words: String...) throws -> Command {
    try Command(words + ["-T", software.tcti], in: software.folder.url)
  }

  @Test("unset, set once with the time, the same after a power cut, cleared by its owner only")
  func life() throws {
    #expect(try initialised().output == "unset\n")
    #expect(try initialised("--format", "json").output == "{\"initialised\":false,\"time\":null}\n")
    let before = Int(Date().timeIntervalSince1970)
    let set = try initialised("set").output
    #expect(set.hasPrefix("set 20") && set.hasSuffix("Z\n"))
    let listed = try tool("tpm2_nvreadpublic", index).output
    #expect(listed.contains("friendly: \(attributes)|written\n"), "\(listed)")
    #expect(listed.contains("size: 8\n") && !listed.contains("authorization policy"))
    let read = try Command(["sh", "-c", "tpm2_nvread \(index) -T \(software.tcti) | od -An -tx1 | tr -d ' \\n'"])
    let seconds = try #require(Int(read.output, radix: 16))
    #expect((before...(before + 60)).contains(seconds))
    try software.restart()
    for words in [["get"], ["set"], []] {
      #expect(
        try Command([program ?? "", "initialised"] + words, environment: ["LL_TCTI": software.tcti]).output == set)
    }
    // Whoever has the owner's authorization may take it back, and nobody else.
    #expect(try tool("tpm2_changeauth", "-c", "owner", "secret").status == 0)
    let refused = try initialised("clear")
    #expect(refused.status == 3 && refused.output == "")
    #expect(try initialised().output == set)
    #expect(try tool("tpm2_nvundefine", index).status != 0)
    #expect(try tool("tpm2_changeauth", "-c", "owner", "-p", "secret").status == 0)
    let cleared = try initialised("clear")
    #expect(cleared.status == 0 && cleared.output == "unset\n")
    #expect(cleared.errors.hasPrefix("ll-tpm: it was \(set.dropLast())"))
    #expect(try !tool("tpm2_getcap", "handles-nv-index").output.contains(index))
    #expect(try initialised("clear").output == "unset\n")
  }

  @Test("defined and not written, by a run that was interrupted, is unset, and can be set")
  func interrupted() throws {
    #expect(try tool("tpm2_nvdefine", index, "-C", "o", "-s", "8", "-a", attributes).status == 0)
    #expect(try initialised().output == "unset\n")
    #expect(try initialised("set").output.hasPrefix("set "))
    #expect(try initialised().output.hasPrefix("set "))
  }

  @Test("a cleared TPM remembers nothing")
  func cleared() throws {
    #expect(try initialised("set").status == 0)
    #expect(try tool("tpm2_clear").status == 0)
    #expect(try initialised().output == "unset\n")
  }

  @Test(
    "something else at its place is neither set nor unset, is not read, and is left alone",
    arguments: [
      ["-s", "8", "-a", "ownerwrite|ownerread|authread"],
      ["-s", "8", "-a", "ownerwrite|authwrite|ownerread|authread|no_da"],
      ["-s", "16", "-a", "ownerwrite|ownerread|authread|no_da"],
      ["-s", "8", "-a", "ownerwrite|ownerread|authread|no_da|nt=counter"],
    ])
  func foreign(definition: [String]) throws {
    let define = try Command(
      ["tpm2_nvdefine", index, "-C", "o"] + definition + ["-T", software.tcti], in: software.folder.url)
    #expect(define.status == 0, "\(define.errors)")
    for action in ["get", "set", "clear"] {
      let command = try initialised(action)
      #expect(command.status == 3 && command.output == "")
      #expect(command.errors.contains("0x1804c49 is taken by something else"))
    }
    #expect(try tool("tpm2_getcap", "handles-nv-index").output.contains(index))
  }

  @Test("no TPM is 3, an unknown action 2")
  func codes() throws {
    #expect(try Command([program ?? "", "initialised", "--tcti", "swtpm:path=/nowhere"]).status == 3)
    #expect(try initialised("unset").status == 2)
  }
}
