import BaseEncodings
import Foundation
import TPMStructures
import TestSupport
import Testing

@testable import MeasuredBoot

@Suite("Event logs")
struct EventLogTests {
  @Test(
    "a recorded log replays to what the TPM said", arguments: ["running", "staged"],
    [.sha256, .sha384] as [HashAlgorithm])
  func replay(name: String, bank: HashAlgorithm) throws {
    let log = try RecordedLog.log(name)
    #expect(log.format == .cryptoAgile && log.banks == [.sha256, .sha384] && log.events.count == 49)
    let values = try log.replay(bank: bank)
    let live = try RecordedLog.live(name, bank)
    #expect(live.count == 24)
    for pcr in 0..<24 where pcr != 10 { #expect(values[pcr] == live[pcr], "PCR \(pcr)") }
  }

  @Test("tpm2_eventlog prints the same PCRs, numbers and types", arguments: ["running", "staged"])
  func eventlogTool(name: String) throws {
    let file = RecordedLog.folder.appendingPathComponent("\(name).eventlog").path
    let lines = try Command(["tpm2_eventlog", file]).output.split(separator: "\n").map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    let log = try RecordedLog.log(name)
    let types = lines.filter { $0.hasPrefix("EventType: ") }.map { String($0.dropFirst(11)) }
    #expect(types == log.events.map(\.type.description))
    let numbers = lines.filter { $0.hasPrefix("- EventNum: ") }.compactMap { Int($0.dropFirst(12)) }
    #expect(numbers == log.events.map(\.number))
    let values = try log.replay(bank: .sha256)
    var seen = 0
    for line in lines {
      let parts = line.split(separator: ":").map { $0.trimmingCharacters(in: .whitespaces) }
      guard parts.count == 2, let pcr = Int(parts[0]), parts[1].hasPrefix("0x"), parts[1].count == 66 else { continue }
      #expect(parts[1].dropFirst(2) == Hexadecimal.text(values[pcr] ?? []))
      seen += 1
    }
    #expect(seen == RecordedLog.pcrs.count)
  }

  @Test("a TPM that is extended with a log's digests has the PCRs of its replay")
  func swtpm() throws {
    let log = try RecordedLog.log("running")
    let extended = log.events.filter(\.isExtended)
    let digests = extended.map { event in
      "\(event.pcr):"
        + [HashAlgorithm.sha256, .sha384].map { "\($0)=\(Hexadecimal.text(event.digest($0) ?? []))" }
        .joined(separator: ",")
    }
    let state = try TemporaryFolder()
    let port = Int.random(in: 20000..<30000)
    // KILL, since SIGTERM is blocked in what Foundation starts. The tool extends eight PCRs at a time.
    let script = """
      swtpm socket --tpm2 --tpmstate dir=\(state.url.path) --server type=tcp,port=\(port) \
        --ctrl type=tcp,port=\(port + 1) --flags not-need-init,startup-clear &
      trap "kill -KILL $!" EXIT
      for n in 1 2 3 4 5 6 7 8 9 10; do tpm2_pcrread sha256:0 >/dev/null 2>&1 && break; sleep 0.2; done
      printf '%s\\n' "$@" | xargs -n 8 tpm2_pcrextend
      tpm2_pcrread sha256:all+sha384:all
      """
    let command = try Command(
      ["bash", "-c", script, "bash"] + digests,
      environment: ["TPM2TOOLS_TCTI": "swtpm:host=127.0.0.1,port=\(port)"])
    var bank = HashAlgorithm.sha256
    var seen = 0
    for line in command.output.split(separator: "\n") {
      let parts = line.split(separator: ":").map { $0.trimmingCharacters(in: .whitespaces) }
      if let first = parts.first, let named = HashAlgorithm(name: first) { bank = named }
      guard parts.count == 2, let pcr = Int(parts[0]) else { continue }
      #expect(parts[1].lowercased() == "0x" + Hexadecimal.text(try log.replay(bank: bank)[pcr] ?? []), "PCR \(pcr)")
      seen += 1
    }
    #expect(seen == 48, "\(command.errors)")
  }

  @Test("PCR 0 begins with the locality that the log says the TPM was started from", arguments: [0, 3, 4] as [UInt8])
  func startupLocality(locality: UInt8) throws {
    var builder = EventLogBuilder()
    let digest = [UInt8](repeating: 0, count: 32)
    let data = Array("StartupLocality\0".utf8) + [locality]
    builder.append(EventLogBuilder.event(pcr: 0, type: 3, digests: [(0x0B, digest)], data: data))
    builder.add(pcr: 0, type: .crtmVersion, data: [0, 0])
    let values = try EventLog(parsing: builder.bytes).replay(bank: .sha256)
    let start = [UInt8](repeating: 0, count: 31) + [locality]
    #expect(values[0] == HashAlgorithm.sha256.hash(start + HashAlgorithm.sha256.hash([0, 0])))
    #expect(values[17] == [UInt8](repeating: 0xFF, count: 32))
  }

  @Test("a log with SHA-1 only is read and not replayed")
  func legacy() throws {
    let bytes =
      EventLogBuilder.legacy(pcr: 0, type: 8, digest: HashAlgorithm.sha1.hash([1]), data: [1])
      + EventLogBuilder.legacy(pcr: 7, type: 4, digest: HashAlgorithm.sha1.hash([0, 0, 0, 0]), data: [0, 0, 0, 0])
    let log = try EventLog(parsing: bytes)
    #expect(log.format == .sha1Only && log.events.count == 2 && log.events[1].pcr == 7)
    #expect(throws: ReplayError.sha1Only) { try log.replay(bank: .sha1) }
    #expect(throws: ReplayError.sha1Only) { try log.replay(bank: .sha256) }
    let agile = try RecordedLog.log("running")
    #expect(throws: ReplayError.sha1Only) { try agile.replay(bank: .sha1) }
    #expect(throws: ReplayError.noBank(.sha512)) { try agile.replay(bank: .sha512) }
  }

  @Test("final events are added once, be the first of them in the log already", arguments: [0, 1, 2])
  func finalEvents(already: Int) throws {
    func finals(_ count: Int) -> [[UInt8]] {
      (0..<count).map { index in
        let data = Array("action \(index)".utf8)
        let digests: [(UInt16, [UInt8])] = [(0x0B, HashAlgorithm.sha256.hash(data))]
        return EventLogBuilder.event(pcr: 5, type: 0x8000_0007, digests: digests, data: data)
      }
    }
    var builder = EventLogBuilder()
    builder.add(pcr: 5, type: .separator, data: [0, 0, 0, 0])
    for event in finals(already) { builder.append(event) }
    let table = EventLogBuilder.little(UInt64(1)) + EventLogBuilder.little(UInt64(3)) + finals(3).flatMap { $0 }
    let whole = try EventLog(parsing: builder.bytes).appending(finalEvents: table)
    #expect(whole.events.map(\.words).suffix(4) == ["separator", "action 0", "action 1", "action 2"])
    #expect(whole.events.map(\.number) == [0, 1, 2, 3, 4])
    let huge = EventLogBuilder.little(UInt64(1)) + EventLogBuilder.little(UInt64.max)
    #expect(throws: EventLogError(offset: 8, .count("final events", .max, limit: 0))) {
      try whole.appending(finalEvents: huge)
    }
  }

  @Test("events that a log shows twice are counted as often as the TPM was extended")
  func repeatedEnd() throws {
    var builder = EventLogBuilder()
    builder.add(pcr: 5, type: .separator, data: [0, 0, 0, 0])
    builder.add(pcr: 5, type: .efiAction, data: Array("Exit Boot Services Invocation".utf8))
    let once = try EventLog(parsing: builder.bytes)
    let live = try once.replay(bank: .sha256).filter { $0.key == 5 }
    builder.add(pcr: 5, type: .efiAction, data: Array("Exit Boot Services Invocation".utf8))
    let twice = try EventLog(parsing: builder.bytes)
    #expect(try twice.reproducing(live: live, bank: .sha256)?.events == once.events)
    let both = try twice.replay(bank: .sha256).filter { $0.key == 5 }
    #expect(try twice.reproducing(live: both, bank: .sha256) == twice)
    #expect(try twice.reproducing(live: [5: [1]], bank: .sha256) == nil)
  }
}
