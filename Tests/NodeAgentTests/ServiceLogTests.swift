import Foundation
import Logging
import Synchronization
import SystemdRuntime
import TestSupport
import Testing

@testable import NodeAgent

@Suite("The agent's log")
struct ServiceLogTests {
  final class Entries: Sendable {
    let entries = Mutex<[AgentLog.Entry]>([])

    func logger(_ form: AgentLog.Form, level: Logger.Level = .trace) -> Logger {
      Logger(label: "session") { label in
        AgentLog(label: label, form: form, threshold: LogThreshold(level)) { entry in
          self.entries.withLock { $0.append(entry) }
        }
      }
    }

    var all: [AgentLog.Entry] { entries.withLock { $0 } }
  }

  struct Fault: Error, CustomStringConvertible { var description: String { "no route to host" } }

  @Test("a line of JSON has the entry and its metadata, and no member twice")
  func json() throws {
    let entries = Entries()
    var logger = entries.logger(.json)
    logger[metadataKey: "node"] = "worker-1"
    logger.warning(
      "lost \"it\"\nand more\u{1b}[31m", metadata: ["epoch": "7", "level": "x", "tried": ["a", "b"]])
    guard case .json(let line)? = entries.all.first else {
      Issue.record("no line")
      return
    }
    #expect(line.filter { $0 == 10 }.count == 1 && line.last == 10 && !line.contains(0x1B))
    let object = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: String])
    #expect(object["message"] == "lost \"it\"\nand more\u{1b}[31m")
    #expect(object["level"] == "warning" && object["_level"] == "x" && object["logger"] == "session")
    #expect(object["node"] == "worker-1" && object["epoch"] == "7" && object["tried"] == "[\"a\", \"b\"]")
    let formatter = ISO8601DateFormatter()
    formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
    let time = try #require(formatter.date(from: object["time"] ?? ""))
    #expect(abs(time.timeIntervalSinceNow) < 60)
  }

  @Test("an entry of the journal has a field for each value, with a name that the journal takes")
  func journal() {
    let entries = Entries()
    entries.logger(.journal).error(
      "cannot connect", error: Fault(), metadata: ["grant-epoch": "7", "MESSAGE": "x", "_uid": "0", "ä": "y"])
    guard case .journal(let message, let priority, let fields)? = entries.all.first else {
      Issue.record("no entry")
      return
    }
    #expect(message == "cannot connect (MESSAGE=x _uid=0 error=no route to host grant-epoch=7 ä=y)")
    #expect(priority == .error)
    #expect(
      fields == [
        "LL_LOGGER": "session", "LL_GRANT_EPOCH": "7", "LL_MESSAGE": "x", "LL__UID": "0", "LL___": "y",
        "LL_ERROR": "no route to host",
      ])
    #expect(fields.keys.allSatisfy(Journal.isFieldName))
  }

  @Test("what is below the level is not written")
  func level() {
    let entries = Entries()
    let logger = entries.logger(.json, level: .notice)
    for level in Logger.Level.allCases { logger.log(level: level, "x") }
    #expect(entries.all.count == 4)
  }

  @Test("levels keep their order as priorities")
  func priorities() {
    let priorities = Logger.Level.allCases.map(AgentLog.priority)
    #expect(zip(priorities, priorities.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(Set(priorities).count == 6)
  }

  @Test(
    "moments are what date(1) makes of them",
    arguments: [
      0, 951_782_399, 951_782_400, 951_868_800, 1_709_164_800, 1_709_251_200, 1_732_220_645, 4_107_542_399,
      4_107_542_400, -1, -2_208_988_800,
    ] as [Int64])
  func moment(seconds: Int64) throws {
    let made = try Command(["date", "-u", "-d", "@\(seconds)", "+%Y-%m-%dT%H:%M:%S.042Z"], seconds: 20)
    #expect(
      Timestamp.text(nanoseconds: seconds * 1_000_000_000 + 42_999_999)
        == made.output.trimmingCharacters(in: .whitespacesAndNewlines))
  }
}
