import Foundation
import TestSupport
import Testing

@Suite("ll-tpm: command line", .enabled(if: ProgramNode.isPossible, "swtpm, tpm2-tools or openssl is missing"))
struct ProgramUsageTests {
  @Test(
    "a command line that is wrong ends with status 2, and says on stderr what is missing",
    arguments: [
      ([], "Name a command"),
      (["unsael"], "unsael"),
      (["unseal"], "--manifest"),
      (["unseal", "--blob", "b.pem"], "--out"),
      (["unseal", "--manifest", "m", "--out", "o"], "manifest"),
      (["unseal", "--blob", "b.pem", "--out", "o", "--mode", "0444"], "--mode"),
      (["unseal", "--blob", "b.pem", "--out", "o", "--mode", "rw"], "--mode"),
      (["unseal", "--blob", "b.pem", "--out", "o", "--owner", "root:root"], "--owner"),
      (["unseal", "--blob", "b.pem", "--out", "o", "--owner", "1"], "--owner"),
      (["import"], "--blob"),
      (["import", "--blob", "b.pem", "--manifest", "m"], "--manifest"),
      (["seal", "--policy", "tpm-only", "--out", "b.pem"], "--in"),
      (["seal", "--policy", "tpm-only", "--out", "b.pem", "--in", "-", "--entry", "a=b"], "--entry"),
      (["seal", "--policy", "tpm-only", "--out", "b.pem", "--entry", "a"], "NAME=FILE"),
      (["seal", "--policy", "none", "--out", "b.pem", "--in", "-"], "--policy"),
      (["seal", "--policy", "standard", "--out", "b.pem", "--in", "-"], "--cluster"),
      (["seal-for", "--policy", "tpm-only", "--out", "b.pem", "--in", "-"], "--identity"),
      (["approve", "--identity", "i", "--release-key", "k"], "BLOB"),
      (["release"], "--manifest"),
      (["release", "--manifest", "m", "--health", "https://a"], "--ca"),
      (["cap"], "--blob"),
      (["doctor", "--format", "xml"], "--format"),
      (["inspect"], "--blob"),
    ])
  func usage(_ words: [String], _ needle: String) throws {
    let command = try Command([BuiltProgram.path("ll-tpm")] + words)
    #expect(command.status == 2)
    #expect(command.output == "")
    #expect(command.errors.contains(needle), "\(command.errors)")
  }

  @Test(
    "a way to the TPM by which tss2 would choose one itself is refused before anything is sent",
    arguments: ["", "default", "tabrmd", "libtss2-tcti-swtpm.so", "device:", "device:/tmp/tpm", "pcap:default", ":"])
  func refusedTCTIs(_ tcti: String) throws {
    let node = try ProgramNode()
    let byFlag = try node.llTPM("identity", "--no-create", "--tcti", tcti)
    #expect(byFlag.status == 2)
    #expect(byFlag.errors.contains("” is not accepted: "), "\(byFlag.errors)")
    #expect(byFlag.output == "")
    let byVariable = try node.llTPM("identity", "--no-create", environment: ["LL_TCTI": tcti])
    #expect(byVariable.status == 2)
    #expect(byVariable.errors.contains("” is not accepted: "), "\(byVariable.errors)")
  }

  @Test(
    "a TPM that is not there ends with status 3, and another one is never looked for",
    arguments: ["device:/dev/ll-no-such-tpm", "swtpm:path=/nowhere/socket", "mssim:host=127.0.0.1,port=9"])
  func unreachable(_ tcti: String) throws {
    let node = try ProgramNode()
    try node.ll("identity", "--event-log", ProgramNode.eventLog(), "--out", "identity.json")
    // tpm2-tools' own variable and tss2's are no way to a TPM here.
    let command = try node.llTPM(
      "identity", "--tcti", tcti, "--event-log", ProgramNode.eventLog(),
      environment: ["TPM2TOOLS_TCTI": node.software.tcti, "TCTI": node.software.tcti])
    #expect(command.status == 3)
    #expect(command.errors.contains("no TPM at \(tcti)"), "\(command.errors)")
    #expect(command.output == "")
  }

  @Test("--tcti goes before LL_TCTI, and without both it is the kernel's resource manager")
  func precedence() throws {
    let node = try ProgramNode()
    let log = ["--event-log", ProgramNode.eventLog()]
    let flag = try node.llTPM(
      ["identity", "--tcti", node.software.tcti] + log, environment: ["LL_TCTI": "swtpm:path=/nowhere/socket"])
    #expect(flag.status == 0, "\(flag.errors)")
    let variable = try node.llTPM(["identity"] + log)
    #expect(variable.output == flag.output)
    #expect(variable.errors.contains("is a simulator"))
    let other = try node.llTPM(["identity", "--tcti", "swtpm:path=/nowhere/socket"] + log)
    #expect(other.status == 3)
    let neither = try Command(
      ["env", "-u", "LL_TCTI", BuiltProgram.path("ll-tpm"), "doctor"],
      environment: ["TPM2TOOLS_TCTI": node.software.tcti])
    #expect(neither.output.contains("way to the TPM: device:/dev/tpmrm0\n"), "\(neither.output)")
  }

  @Test("every command explains itself, within 100 columns")
  func help() throws {
    let commands = [
      "unseal", "release", "import", "identity", "seal", "seal-for", "approve", "inspect", "cap", "doctor",
    ]
    let general = try Command([BuiltProgram.path("ll-tpm"), "--help"])
    #expect(general.status == 0 && general.errors == "")
    for command in commands {
      #expect(general.output.contains("\n  \(command) "))
      let own = try Command([BuiltProgram.path("ll-tpm"), command, "--help"])
      #expect(own.status == 0 && own.errors == "")
      #expect(own.output.hasPrefix("OVERVIEW: "))
      #expect(own.output.split(separator: "\n").allSatisfy { $0.count <= 100 || $0.hasPrefix("USAGE: ") })
      // No option without words.
      for line in own.output.split(separator: "\n") where line.hasPrefix("  --") && line.count < 26 {
        #expect(own.output.contains("\(line)\n                          "), "\(command): \(line)")
      }
    }
  }
}
