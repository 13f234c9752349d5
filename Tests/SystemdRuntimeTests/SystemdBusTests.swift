import Foundation
import SystemdRuntime
import TestSupport
import Testing

/// One after the other: they have deadlines.
@Suite("systemd over D-Bus", .serialized)
struct SystemdBusTests {
  private static let failed = ["bad.service", "äö.mount"]

  @Test("the state, the failed units and those that were asked for are read", arguments: [true, false])
  func everything(isBus: Bool) throws {
    let stub = try StubSystemd(isBus: isBus)
    let bus = SystemdBus(addresses: [stub.address])
    let reading = try bus.read(
      units: ["net.target", "crio.service", "gone.service", "alias.service"], within: .seconds(20))
    #expect(reading.version == "257.4-1")
    #expect(reading.systemState == "degraded")
    #expect(reading.failedUnits.map(\.name) == Self.failed)
    #expect(reading.failedUnits.last?.description == "Umlaute ☃")
    #expect(
      reading.units == [
        UnitStatus(
          name: "net.target", description: "Network", loadState: "loaded", activeState: .active, subState: "active"),
        UnitStatus(
          name: "crio.service", description: "CRI-O", loadState: "loaded", activeState: .activating,
          subState: "auto-restart", restarts: 12, lastChange: 9_000_000),
        UnitStatus(
          name: "gone.service", description: "gone.service", loadState: "not-found", activeState: .inactive,
          subState: "dead"),
        UnitStatus(
          name: "alias.service", description: "Kubelet", loadState: "loaded", activeState: .active, subState: "running",
          restarts: 3, lastChange: 7_000_000),
      ])
  }

  @Test("the connection is kept: a second reading greets nobody")
  func kept() throws {
    let stub = try StubSystemd()
    let bus = SystemdBus(addresses: [stub.address])
    for _ in 0..<3 { _ = try bus.read(units: [], within: .seconds(20)) }
    #expect(
      stub.calls == ["ready", "Hello"] + Array(repeating: ["Get", "Get", "ListUnitsByPatterns"], count: 3).joined())
  }

  @Test("a bus that was started again is connected to again, within the same reading")
  func restart() throws {
    let stub = try StubSystemd(fault: "restart")
    let bus = SystemdBus(addresses: [stub.address])
    for _ in 0..<3 { #expect(try bus.read(units: [], within: .seconds(20)).failedUnits.map(\.name) == Self.failed) }
    #expect(stub.calls.filter { $0 == "Hello" }.count == 3)
  }

  @Test("a systemd that does not count restarts leaves them out")
  func older() throws {
    let stub = try StubSystemd(fault: "old")
    let unit = try SystemdBus(addresses: [stub.address]).read(units: ["kubelet.service"], within: .seconds(20)).units[0]
    #expect(unit.restarts == nil)
    #expect(unit.lastChange == 7_000_000)
  }

  @Test(
    "whoever says nothing is given up in time, and asked again the next time",
    arguments: [
      "silent", "hang=Hello", "hang=Get", "hang=ListUnitsByPatterns", "hang=ListUnitsByNames",
    ])
  func deadline(_ fault: String) throws {
    let stub = try StubSystemd(fault: fault)
    let bus = SystemdBus(addresses: [stub.address])
    for _ in 0..<2 {
      let started = ContinuousClock.now
      #expect {
        try bus.read(units: ["kubelet.service"], within: .milliseconds(600))
      } throws: { error in
        if case SystemdError.deadlineExceeded = error { true } else { false }
      }
      #expect(started.duration(to: .now) < .seconds(2))
    }
  }

  @Test(
    "a connection that breaks, and bytes that are no message, are errors and end nothing else",
    arguments: [
      "close=Get", "close=ListUnitsByNames", "garbage=Get", "garbage=ListUnitsByPatterns",
    ])
  func broken(_ fault: String) throws {
    let stub = try StubSystemd(fault: fault)
    let bus = SystemdBus(addresses: [stub.address])
    for _ in 0..<2 {
      #expect {
        try bus.read(units: ["kubelet.service"], within: .seconds(3))
      } throws: { error in
        switch error {
        case SystemdError.disconnected, SystemdError.malformed, SystemdError.deadlineExceeded: true
        default: false
        }
      }
    }
  }

  @Test(
    "an answer of another type, or with too few units, is malformed",
    arguments: [
      "wrong=Get", "wrong=ListUnitsByPatterns", "wrong=ListUnitsByNames", "fewer",
    ])
  func malformed(_ fault: String) throws {
    let stub = try StubSystemd(fault: fault)
    #expect {
      try SystemdBus(addresses: [stub.address]).read(units: ["kubelet.service"], within: .seconds(20))
    } throws: { error in
      if case SystemdError.malformed = error { true } else { false }
    }
  }

  @Test("what may not be asked is unavailable, with systemd's words")
  func denied() throws {
    let stub = try StubSystemd(fault: "denied=ListUnitsByPatterns")
    #expect(throws: SystemdError.denied("go away")) {
      try SystemdBus(addresses: [stub.address]).read(units: [], within: .seconds(20))
    }
    #expect(SystemdError.denied("").isUnavailable)
  }

  @Test("without a socket there is no systemd, and the next address is tried")
  func absent() throws {
    let folder = try TemporaryFolder()
    let gone = BusAddress(path: folder.url.appendingPathComponent("a b:c,d=ü").path, isBus: true)
    #expect {
      try SystemdBus(addresses: [gone, gone]).read(units: [], within: .seconds(20))
    } throws: { error in
      (error as? SystemdError)?.isUnavailable == true && "\(error)".contains("a b:c,d=ü (No such file or directory)")
    }
    let stub = try StubSystemd(isBus: false)
    let reading = try SystemdBus(addresses: [gone, stub.address]).read(units: [], within: .seconds(20))
    #expect(reading.systemState == "degraded")
    // A socket file whose owner is gone, as after a crash.
    stub.stop()
    #expect {
      try SystemdBus(addresses: [stub.address]).read(units: [], within: .seconds(20))
    } throws: { error in
      (error as? SystemdError)?.isUnavailable == true
    }
  }

  @Test("a path with any character is one address, and no other")
  func escaping() throws {
    let folder = try TemporaryFolder()
    let stub = try StubSystemd()
    let link = folder.url.appendingPathComponent("a b,c;d%20=ü")
    try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: stub.address.path)
    let bus = SystemdBus(addresses: [BusAddress(path: link.path, isBus: true)])
    #expect(try bus.read(units: [], within: .seconds(20)).version == "257.4-1")
  }

  @Test(
    "a host's sockets are below its root", arguments: [("", ""), ("/", ""), ("/host", "/host"), ("/host//", "/host")])
  func addresses(_ root: String, _ prefix: String) {
    #expect(
      BusAddress.host(root: root).map(\.path) == [
        prefix + "/run/dbus/system_bus_socket", prefix + "/run/systemd/private",
      ])
  }

  @Test(
    "the machine's own systemd says what systemctl prints",
    .enabled(if: FileManager.default.fileExists(atPath: "/run/systemd/private"), "no systemd runs on this machine"))
  func realSystemd() throws {
    let reading = try SystemdBus().read(units: ["systemd-journald.service"], within: .seconds(20))
    let shown = try Command(["systemctl", "show", "--property=Version", "--value"]).output
    #expect(reading.version == shown.trimmingCharacters(in: .whitespacesAndNewlines))
    let failed = try Command(["systemctl", "list-units", "--failed", "--plain", "--no-legend", "--full"]).output
    #expect(
      reading.failedUnits.map(\.name)
        == failed.split(separator: "\n").map { String($0.split(separator: " ")[0]) }.sorted())
    let restarts = try Command(["systemctl", "show", "--property=NRestarts", "--value", "systemd-journald"]).output
    #expect(reading.units[0].restarts.map { "\($0)" } == restarts.trimmingCharacters(in: .whitespacesAndNewlines))
  }
}
