import Foundation
import Glibc
import TestSupport
import Testing

// Only root may look into the memory of a process that is not dumpable.
@Suite(
  "ll-tpm keeps what it holds to itself",
  .enabled(if: ProgramNode.isPossible && geteuid() == 0, "swtpm, tpm2-tools or openssl is missing, or this is not root")
)
struct ProgramSecrecyTests {
  private let canary = Array("canary-".utf8) + (0..<25).map { _ in UInt8.random(in: 33...126) }
  private static let flushContext: UInt32 = 0x165

  @Test(
    "while unseal holds the secret it is in locked memory that is never dumped, and in no other page, argument or variable"
  )
  func memory() throws {
    let node = try sealed()
    try withHeldUnseal(node) { program in
      // The arguments are there to be searched.
      #expect(program.proc("cmdline").contains(Array("unseal".utf8)))
      #expect(!program.proc("cmdline").contains(canary))
      #expect(!program.proc("environ").contains(canary))
      let mappings = try Self.mappings(of: program)
      let pages = try mappings.filter { try $0.holds(canary, in: program.processID) }
      #expect(pages.count == 1, "\(pages.map(\.name)) of \(mappings.count)")
      for page in pages { #expect(page.flags.isSuperset(of: ["lo", "dd"]), "\(page.flags)") }
      #expect(try node.namesInMemory() == [])
    }
    #expect(try node.released("out") == canary)
  }

  @Test(
    "an unseal that is aborted while it holds the secret leaves no core dump, even if the limit is raised from outside")
  func core() throws {
    let node = try sealed()
    // What is not protected is dumped here, where the kernel dumps at all.
    let other = try RunningProgram(node, ["sleep", "100"])
    while other.proc("cmdline").first != UInt8(ascii: "s") { usleep(1000) }
    let dumps = other.end(by: SIGABRT).isCoreDumped
    for name in try node.namesOnDisk() where name.hasPrefix("core") {
      try FileManager.default.removeItem(atPath: node.path(name))
    }
    var end: RunningProgram.End?
    try withHeldUnseal(node) { program in
      let limits = String(decoding: program.proc("limits"), as: UTF8.self)
      let core = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") } ?? ""
      #expect(core.split(separator: " ").suffix(3) == ["0", "0", "bytes"], "\(core)")
      // Not everywhere may root do that.
      _ = try? node.tool("prlimit", "--pid", "\(program.processID)", "--core=unlimited:unlimited")
      end = program.end(by: SIGABRT)
    }
    #expect(end?.signal == SIGABRT)
    #expect(end?.isCoreDumped == false, "others are dumped: \(dumps)")
    #expect(try node.namesOnDisk() == ["blob.json", "blob.pem", "log"])
    #expect(try node.namesInMemory() == [])
  }

  @Test("no output of any command holds the secret, also where things go wrong and tss2 is asked to log everything")
  func outputs() async throws {
    let node = try await ProgramNode.booted()
    try node.write(canary, to: "secret")
    var outputs: [UInt8] = []
    func run(_ words: String..., status: Int32, tcti: String? = nil) throws {
      let command = try node.llTPM(
        words, environment: ["TSS2_LOG": "all+trace", "LL_TCTI": tcti ?? node.software.tcti])
      #expect(command.status == status, "\(words): \(command.errors)")
      outputs += Array((command.output + command.errors).utf8)
    }
    let out = node.inMemory("out")
    try run("seal", "--policy", "tpm-only", "--in", "secret", "--out", "blob.pem", status: 0)
    try run("seal", "--policy", "tpm-only", "--in", "secret", "--out", "/nowhere/blob.pem", status: 3)
    try run("seal", "--policy", "tpm-only", "--entry", "a=secret", "--out", "bundle.pem", status: 0)
    try run(
      "seal-for", "--identity", "identity.json", "--policy", "tpm-only", "--in", "secret", "--out", "i.pem", status: 0)
    try FileManager.default.removeItem(atPath: node.path("secret"))
    try run("import", "--blob", "i.pem", status: 0)
    for blob in ["blob.pem", "i.pem"] {
      try run("unseal", "--blob", blob, "--out", out, status: 0)
      #expect(try node.released("out") == canary)
      try run("unseal", "--blob", blob, "--out", "/nowhere/out", status: 3)
      try run("unseal", "--blob", blob, "--out", "out", status: 3)
      try run("unseal", "--blob", blob, "--out", out, "--tcti", "swtpm:path=/nowhere", status: 3)
      try run("inspect", "--blob", blob, "--export", "exported", status: 0)
      try run("doctor", "--blob", blob, "--event-log", ProgramNode.eventLog(), status: 0)
    }
    try run("unseal", "--blob", "bundle.pem", "--out", out, status: 1)
    try run("unseal", "--foreign", "--blob", "blob.pem", "--out", out, status: 0)
    #expect(try node.released("out") == canary)
    for form in Self.forms(of: canary) {
      #expect(!outputs.contains(form), "\(String(decoding: outputs, as: UTF8.self))")
    }
    #expect(outputs.contains(Array("key id".utf8)))
    #expect(try !node.holds(canary, below: node.disk.url))
    #expect(try !node.holds(canary, below: node.software.folder.url))
    #expect(try node.holds(canary, below: node.memory))
  }

  // MARK: Looking

  /// The secret as a dump, a log or a person would write it.
  private static func forms(of secret: [UInt8]) -> [[UInt8]] {
    let hex = secret.map { String(format: "%02x", $0) }
    // A line of tss2's log is 16 bytes.
    let short = hex.prefix(12)
    let base64 = Data(secret).base64EncodedString().prefix(40)
    return [secret]
      + [short.joined(), short.joined().uppercased(), short.joined(separator: " "), String(base64)].map {
        Array($0.utf8)
      }
  }

  private func sealed() throws -> ProgramNode {
    let node = try ProgramNode()
    try node.write(canary, to: "secret")
    try node.ll("seal", "--policy", "tpm-only", "--in", "secret", "--out", "blob.pem")
    try FileManager.default.removeItem(atPath: node.path("secret"))
    return node
  }

  // The object is flushed once the secret has come: the TPM's answer to that is kept back.
  private func withHeldUnseal(_ node: ProgramNode, _ body: (RunningProgram) throws -> Void) throws {
    let line = try node.software.recordedLine()
    line.hold(Self.flushContext)
    let words = RunningProgram.words(["unseal", "--blob", "blob.pem", "--out", node.inMemory("out")])
    let program = try RunningProgram(node, words, tcti: line.tcti, output: node.path("log"))
    for _ in 0..<3000 where !line.isHolding { usleep(10_000) }
    let codes = line.exchanges.map { String($0.code, radix: 16) }
    #expect(line.isHolding, "\(codes)")
    // The last before it is TPM2_Unseal.
    #expect(codes.suffix(2) == ["15e", "165"])
    defer {
      line.letGo()
      _ = program.end()
      withExtendedLifetime(line) {}
    }
    try body(program)
    let log = try node.bytes("log")
    #expect(log == [], "\(String(decoding: log, as: UTF8.self))")
  }

  private struct Mapping {
    var range: Range<UInt64>
    var name: String
    var flags: Set<String> = []

    func holds(_ bytes: [UInt8], in process: pid_t) throws -> Bool {
      let memory = open("/proc/\(process)/mem", O_RDONLY)
      guard memory >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
      defer { close(memory) }
      var content = [UInt8](repeating: 0, count: range.count)
      let count = pread(memory, &content, content.count, off_t(truncatingIfNeeded: range.lowerBound))
      return count > 0 && Data(content[..<count]).range(of: Data(bytes)) != nil
    }
  }

  /// The writable mappings of a process.
  private static func mappings(of program: RunningProgram) throws -> [Mapping] {
    var mappings: [Mapping] = []
    for line in String(decoding: program.proc("smaps"), as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ")
      if words[0] == "VmFlags:" {
        mappings[mappings.count - 1].flags = Set(words.dropFirst().map(String.init))
      } else if !words[0].hasSuffix(":") {
        let ends = words[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
        mappings.append(Mapping(range: ends[0]..<ends[1], name: words.count > 5 ? String(words[5]) : ""))
      }
    }
    return mappings.filter { $0.flags.contains("wr") }
  }
}

extension [UInt8] {
  fileprivate func contains(_ bytes: [UInt8]) -> Bool { Data(self).range(of: Data(bytes)) != nil }
}
