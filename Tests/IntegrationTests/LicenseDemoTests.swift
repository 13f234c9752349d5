import Foundation
import Glibc
import TestSupport
import Testing

/// `scripts/demo-license`: what it shows is true of the programs, and it leaves nothing behind, however it ends.
@Suite("The license's demo", .serialized)
struct LicenseDemoTests {
  private static let script = SharedFolder.checkout.appendingPathComponent("scripts/demo-license").path

  /// What is in the environment of the demo and of all that it starts, and in nobody else's.
  private static let mark = "LL_DEMO_MARK"

  // Threads of Swift's pool block every signal, and a child starts with its parent's mask; a person's shell blocks none.
  private static let unblocked = """
    import os, signal, sys
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.execv(sys.argv[1], sys.argv[1:])
    """

  /// The processes with that mark, by their number: their names.
  private func marked(_ value: String) -> [Int32: String] {
    let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap(Int32.init) ?? []
    return numbers.reduce(into: [:]) { found, number in
      // Processes come and go while they are looked at.
      guard let environment = FileManager.default.contents(atPath: "/proc/\(number)/environ"),
        environment.split(separator: 0).contains(where: { $0.elementsEqual("\(Self.mark)=\(value)".utf8) }),
        let name = FileManager.default.contents(atPath: "/proc/\(number)/comm")
      else { return }
      found[number] = String(decoding: name, as: UTF8.self).trimmingCharacters(in: .newlines)
    }
  }

  /// Whether nothing has the mark any more, after at most half a minute.
  private func isGone(_ value: String) -> Bool {
    for _ in 0..<600 where !marked(value).isEmpty { usleep(50_000) }
    return marked(value).isEmpty
  }

  @Test("licensed, refused for lack of a seat, in grace, without a lease, and licensed again; then nothing is left")
  func story() throws {
    let work = try TemporaryFolder()
    let value = UUID().uuidString
    let temporary = try work.write("", to: "t/.keep").deletingLastPathComponent().path
    let began = ContinuousClock.now
    let result = try Command(
      [Self.script, work.url.appendingPathComponent("out").path],
      environment: [Self.mark: value, "TMPDIR": temporary], seconds: 120)
    try #require(result.status == 0, "\(result.output)\n\(result.errors)")
    #expect(ContinuousClock.now - began < .seconds(100))
    #expect(isGone(value), "\(marked(value))")
    #expect(try FileManager.default.contentsOfDirectory(atPath: temporary) == [".keep"])

    // In this order, each after the one before.
    var rest = result.output[...]
    for sentence in [
      "CN=worker-1.acme.example, issued by CN=org-acme", "its key is in the TPM and never leaves it",
      "CN=worker-3.acme.example, issued by CN=org-acme", "its key is in a file below",
      "worker-1# ll-agent status\nLicensed since", "with a hardware TPM: the grant lasts",
      "worker-2# ll-agent status\nLicensed since",
      "worker-3# ll-agent explain\nNot licensed since",
      "no-seat: Organisation org-acme has 2 seats taken of at most 2, so node worker-3.acme.example gets none.",
      "FAILED   seat         no-seat\n",
      "operator: refused: Organisation org-acme has 2 seats taken of at most 2, so node worker-3.acme.example gets none.",
      "org-acme: 2 seats, 2 active leases (2 included, at most 2)",
      "operator: key-server-lost: ", "operator: grace-began: The entitlement ran out; its grace ends at",
      "worker-1# ll-agent status\nLicensed since", "The operator cannot reach its key server and goes on granting for",
      "worker-1# ll-agent status\nLicensed since", "The operator has been out of reach for",
      "worker-1# ll-agent explain\nNot licensed since", "the lease expired (Connection refused). The seat is kept:",
      "FAILED   lease        it expired\n",
      "worker-1# ll-agent status\nLicensed since", "worker-2# ll-agent status\nLicensed since",
    ] {
      let found = rest.range(of: sentence)
      #expect(found != nil, "\(sentence): not in, or not after what should be before it, in\n\(result.output)")
      if let found { rest = rest[found.upperBound...] }
    }
    #expect(!result.output.contains(" \n"), "something behind the last word of a line")
  }

  @Test(
    "interrupted, ended or killed in the middle, it leaves no program running", arguments: [SIGINT, SIGTERM, SIGKILL])
  func ended(signal: Int32) throws {
    let work = try TemporaryFolder()
    let value = UUID().uuidString
    let temporary = try work.write("", to: "t/.keep").deletingLastPathComponent().path
    let demo = Process()
    demo.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // Who runs the tests may ignore signals, and what is ignored from the start stays ignored.
    demo.arguments = [
      "--default-signal", "python3", "-c", Self.unblocked, Self.script, work.url.appendingPathComponent("out").path,
    ]
    demo.environment = ProcessInfo.processInfo.environment.merging([Self.mark: value, "TMPDIR": temporary]) { $1 }
    let output = try FileHandle(forWritingTo: try work.write("", to: "output"))
    (demo.standardOutput, demo.standardError, demo.standardInput) = (output, output, FileHandle.nullDevice)
    try demo.run()
    // Two agents, two TPMs, the operator, the key server and OpenBao: what the demo is to leave nothing of.
    var names: [String] = []
    for _ in 0..<600 where names.count < 7 {
      usleep(50_000)
      names = marked(value).values.filter { $0 == "swtpm" || $0.hasPrefix("ll-") || $0.hasPrefix("openbao") }
    }
    let said = try work.text("output")
    #expect(names.count >= 7, "\(names) \(said)")
    #expect(kill(demo.processIdentifier, signal) == 0)
    for _ in 0..<1200 where demo.isRunning { usleep(50_000) }
    // One that does not end must not hang the whole run.
    if demo.isRunning { kill(demo.processIdentifier, SIGKILL) }
    demo.waitUntilExit()
    #expect(signal == SIGKILL || demo.terminationStatus == 128 + signal)
    #expect(isGone(value), "\(marked(value))")
    // Who is killed cannot tidy up.
    if signal != SIGKILL { #expect(try FileManager.default.contentsOfDirectory(atPath: temporary) == [".keep"]) }
    for number in marked(value).keys { kill(number, SIGKILL) }
  }
}
