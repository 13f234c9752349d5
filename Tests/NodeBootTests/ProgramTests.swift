import Testing

@testable import NodeBoot

@Suite("Children: what they write, how they end", .timeLimit(.minutes(5)))
struct ProgramTests {
  func shell(_ script: String, deadline: Duration = .seconds(20), input: String = "") -> ProgramOutcome {
    var program = Program(path: "/bin/sh", environment: ["PATH": "/usr/bin:/bin"], deadline: deadline)
    program.outputLimit = 1 << 20
    return program.run(["-c", script], input: Array(input.utf8))
  }

  @Test("standard input is what was given, then its end; standard output is whole")
  func streams() {
    let outcome = shell("cat; echo end", input: "a\nb\n")
    #expect(outcome == ProgramOutcome(end: .exited(0), output: Array("a\nb\nend\n".utf8)))
    #expect(outcome.fault == nil)
    #expect(shell("head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2").output.count == 1_000_000)
  }

  @Test(
    "every end that is not good has its words",
    arguments: [
      ("echo one >&2; echo >&2; echo two >&2; exit 3", "exit status 3: one; two"), ("exit 4", "exit status 4"),
      ("kill -9 $$", "killed by signal 9"), ("head -c 1100000 /dev/zero", "its output is too long"),
      ("for i in 1 2 3 4 5 6 7; do echo $i >&2; done; exit 1", "exit status 1: 3; 4; 5; 6; 7"),
      (
        "echo 'E1121 08:59:01.1 12 a.go:2] \"x\" err=y' >&2; echo 'E1121 08:59:02.2 12 a.go:2] \"x\" err=y' >&2; exit 1",
        "exit status 1: \"x\" err=y"
      ),
      ("printf 'a\\033[31mb\\n' >&2; exit 1", "exit status 1: a[31mb"),
    ])
  func faults(script: String, expected: String) {
    #expect(shell(script).fault == expected)
  }

  @Test("what a child leaves behind is killed and not waited for")
  func leftBehind() throws {
    let start = ContinuousClock.now
    let outcome = shell("sleep 300 & echo $!")
    #expect(start.duration(to: .now) < .seconds(10))
    #expect(outcome.end == .exited(0))
    try #expect(hasEnded(String(decoding: outcome.output, as: UTF8.self)))
  }

  @Test("a child that closes what it writes to and stays is killed at the deadline all the same")
  func silent() {
    let outcome = shell("exec >&- 2>&-; sleep 300", deadline: .milliseconds(300))
    #expect(outcome.end == .timedOut(.milliseconds(300)))
  }

  @Test("nothing of this process is inherited: no variable, no blocked or ignored signal")
  func inheritance() {
    // Signals 32 and 33 are glibc's own.
    let masks = shell("sed -n -E 's/^Sig(Blk|Ign):.//p' /proc/self/status").output
    let signals = String(decoding: masks, as: UTF8.self).split(separator: "\n").map { UInt64($0, radix: 16) ?? .max }
    #expect(signals.count == 2 && signals.allSatisfy { $0 & 0x7FFF_FFFF == 0 })
    #expect(shell("env | grep -v -E '^(PATH|PWD|OLDPWD|SHLVL|_)='").output.isEmpty)
  }

  @Test("the pauses double up to a minute; waiting for another master has none")
  func pauses() {
    let start = ContinuousClock.now
    var attempt = Attempt()
    var pauses: [Int] = []
    for _ in 0..<7 {
      attempt.fail(AddOnFault("x"), at: start, first: .seconds(2))
      pauses.append((0...100).first { attempt.isDue(at: start + .seconds($0)) } ?? -1)
    }
    #expect(pauses == [2, 4, 8, 16, 32, 60, 60])
    var waiting = Attempt()
    waiting.fail(AddOnFault("x", isOthersWork: true), at: start, first: .seconds(2))
    #expect(waiting.isDue(at: start) && waiting.fault == "x")
  }
}
