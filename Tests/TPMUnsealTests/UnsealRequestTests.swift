import ArgumentParser
import Testing

@testable import ll_tpm

@Suite("What unseal reads without the parser")
struct UnsealRequestTests {
  @Test(
    "is what the parser reads",
    arguments: [
      ["--blob", "b.pem", "--out", "/run/x"], ["--out=/run/x", "--blob=b.pem"], ["--manifest", "m"], ["--manifest=a=b"],
      ["--blob", "b", "--out", "o", "--owner", "1:2", "--mode", "0440", "--selinux-context", "a:b:c:s0"],
      ["--blob", "b", "--out", "o", "--foreign", "--tcti=swtpm:path=s", "--auth-file", "a", "--release-key", "k"],
    ])
  func plain(_ words: [String]) throws {
    let request = try #require(UnsealRequest(words: words))
    #expect(request == (try UnsealCommand.parse(words)).request)
  }

  @Test(
    "is left to the parser where it is not plain",
    arguments: [
      [], ["--help"], ["--blob"], ["--blob", "b"], ["--blob", "b", "--out", "-o"], ["--blob", "b", "--out="],
      ["--blob", "b", "--blob", "c", "--out", "o"], ["--blob", "b", "--out", "o", "--nothing"], ["b"], ["--", "b"],
      ["--blob", "b", "--out", "o", "--foreign=yes"], ["--manifest", "m", "--out", "o"],
      ["--blob", "b", "--out", "o", "--mode", "0777"], ["--blob", "b", "--out", "o", "--owner", "root:root"],
    ])
  func notPlain(_ words: [String]) { #expect(UnsealRequest(words: words) == nil) }
}
