import Foundation
import LicenseProtocol
import SwiftProtobuf
import TestSupport
import Testing

@testable import OperatorDev

@Suite("Configuration goes out as deltas", .serialized)
struct ConfigurationTests {
  private func delta(_ node: FileKeyNode) async throws -> Lowlayer_Agent_V1_ConfigDelta {
    let message = try await node.session.next("ConfigDelta")
    guard case .configDelta(let delta) = message else { throw ScriptedNode.Failure.unexpected("\(message)") }
    return delta
  }

  private func apply(_ delta: Lowlayer_Agent_V1_ConfigDelta, to node: FileKeyNode, error: String = "") {
    if error.isEmpty {
      for resource in delta.set { node.applied[resource.name] = resource.version }
      for name in delta.removed { node.applied[name] = nil }
    }
    var ack = Lowlayer_Agent_V1_ConfigAck()
    ack.nonce = delta.nonce
    ack.versions = node.applied
    ack.error = error
    node.session.send(.configAck(ack))
  }

  @Test("what changed is sent from what the node has; what it cannot apply is not sent again until it changes")
  func deltas() async throws {
    let fixture = try OperatorFixture()
    try fixture.folder.write("[Agent]\nInterval=5\n", to: "configuration/interval.conf")
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    try await node.enter()
    try await node.granted()
    let first = try await delta(node)
    #expect(first.from.isEmpty)
    #expect(first.set.map(\.name) == ["interval"])
    let version = try #require(first.set.first?.version)
    #expect(version == UInt64(fixture.clock.real / 1_000_000_000))
    #expect(first.set.first?.body == Data("[Agent]\nInterval=5\n".utf8))
    apply(first, to: node)

    // One change, not two.
    try await fixture.change { folder in
      try folder.write("[Agent]\nInterval=x\n", to: "configuration/interval.conf")
      try folder.write("[Agent]\nUnit=a.service\n", to: "configuration/units.conf")
    }
    try await fixture.advance(1)
    let second = try await delta(node)
    #expect(second.from == ["interval": version])
    #expect(second.set.map(\.name) == ["interval", "units"])
    let refused = try #require(second.set.first?.version)
    #expect(refused > version)
    apply(second, to: node, error: "interval:2: Interval= is no number")
    try await fixture.wait { !fixture.events(.configurationRefused).isEmpty }
    try await fixture.advance(1)
    #expect(try await node.session.isSilent())
    #expect(fixture.events(.configurationRefused).map(\.message) == ["interval:2: Interval= is no number"])

    try FileManager.default.removeItem(at: fixture.folder.url.appendingPathComponent("configuration/interval.conf"))
    try await fixture.advance(1)
    let third = try await delta(node)
    #expect(third.from == ["interval": version])
    #expect(third.set.map(\.name) == ["units"])
    #expect(third.removed == ["interval"])
    apply(third, to: node)

    // A name that comes back has a version that nobody ever had, also after a restart.
    await fixture.kill()
    await node.session.close()
    try fixture.folder.write("[Agent]\nInterval=5\n", to: "configuration/interval.conf")
    try await fixture.start()
    node.session = try fixture.connect(node.identity)
    try await node.enter()
    let fourth = try await delta(node)
    #expect(fourth.from == node.applied)
    #expect(fourth.set.map(\.name) == ["interval"])
    let returned = try #require(fourth.set.first?.version)
    #expect(returned > refused)
    await fixture.kill()
  }

  /// A node with its grant and the folder's first configuration applied.
  private func configured(_ fixture: OperatorFixture) async throws -> FileKeyNode {
    try fixture.folder.write("[Agent]\nInterval=5\n", to: "configuration/interval.conf")
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    try await node.enter()
    try await node.granted()
    apply(try await delta(node), to: node)
    return node
  }

  @Test("a version that could not be saved is sent to nobody, and goes out once it could be")
  func notSaved() async throws {
    let fixture = try OperatorFixture()
    let node = try await configured(fixture)
    let before = try #require(node.applied["interval"])
    fixture.set(.full)
    try await fixture.change { try $0.write("[Agent]\nInterval=6\n", to: "configuration/interval.conf") }
    try await fixture.advance(1)
    try await fixture.wait { !fixture.events(.stateNotSaved).isEmpty }
    let licenseOperator = try fixture.licenseOperator
    // Whatever else makes it look at what the node has.
    for id in await licenseOperator.sessions.keys { await licenseOperator.license(id) }
    #expect(try await node.session.isSilent())

    fixture.set(.none)
    try await fixture.advance(1)
    let changed = try await delta(node)
    #expect(changed.from == ["interval": before])
    #expect(changed.set.map(\.body) == [Data("[Agent]\nInterval=6\n".utf8)])
    let version = try #require(changed.set.first?.version)
    #expect(version > before)
    await fixture.kill()
  }

  @Test("an operator whose state was lost gives no body a version that a node has of another")
  func lostState() async throws {
    let fixture = try OperatorFixture()
    let node = try await configured(fixture)
    await fixture.kill()
    await node.session.close()
    try FileManager.default.removeItem(atPath: fixture.settings.state)
    try fixture.folder.write("[Agent]\nInterval=6\n", to: "configuration/interval.conf")
    fixture.clock.advance(5)
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    node.session = try fixture.connect(node.identity)
    try await node.enter()
    try await node.granted()
    let changed = try await delta(node)
    #expect(changed.from == node.applied)
    #expect(changed.set.map(\.body) == [Data("[Agent]\nInterval=6\n".utf8)])
    await fixture.kill()
  }

  @Test("an ack that names other versions than it was sent is a refusal: the same delta does not go out without end")
  func otherVersions() async throws {
    let fixture = try OperatorFixture()
    try fixture.folder.write("[Agent]\nInterval=5\n", to: "configuration/interval.conf")
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    try await node.enter()
    try await node.granted()
    let sent = try await delta(node)
    node.session.send(.configAck(.with { $0.nonce = sent.nonce }))
    try await fixture.wait { !fixture.events(.configurationRefused).isEmpty }
    #expect(try await node.session.isSilent())
    let words = "it says that it has applied the configuration, and names other versions"
    #expect(fixture.events(.configurationRefused).map(\.message) == [words])

    // The next change is tried again.
    try await fixture.change { try $0.write("[Agent]\nInterval=6\n", to: "configuration/interval.conf") }
    try await fixture.advance(1)
    let next = try await delta(node)
    #expect(next.from.isEmpty)
    node.session.send(
      .configAck(
        .with {
          $0.nonce = next.nonce
          $0.versions = ["no such name": 1]
        }))
    #expect(try await node.session.refusal().reason == .malformed)
    await fixture.kill()
  }

  @Test("a node's words are kept and said to a length, in bytes, and on one line")
  func words() async throws {
    let fixture = try OperatorFixture()
    try fixture.folder.write("[Agent]\nInterval=5\n", to: "configuration/interval.conf")
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    try await node.enter()
    try await node.granted()
    // One letter, as a person counts.
    apply(try await delta(node), to: node, error: "a\ne" + String(repeating: "\u{301}", count: 200_000))
    try await fixture.wait { !fixture.events(.configurationRefused).isEmpty }
    let said = try #require(fixture.events(.configurationRefused).first?.message)
    #expect(said.hasPrefix("a "))
    #expect((490...500).contains(said.utf8.count))
    let seats = await (try fixture.licenseOperator).state.seats
    #expect(seats.values.map(\.configurationFault) == [said])
    await fixture.kill()
  }

  @Test("what no node would take is left out and said once, and the rest goes out")
  func limits() async throws {
    let fixture = try OperatorFixture()
    try fixture.folder.write("[Agent]\nInterval=5\n", to: "configuration/interval.conf")
    try fixture.folder.write("[Agent]\nInterval=6\n", to: "configuration/My_File.conf")
    try fixture.folder.write(String(repeating: "#", count: (64 << 10) + 1), to: "configuration/long.conf")
    try fixture.folder.write(String(repeating: "#", count: 2 << 20), to: "configuration/longer.conf")
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    try await node.enter()
    try await node.granted()
    let sent = try await delta(node)
    #expect(sent.set.map(\.name) == ["interval"])
    apply(sent, to: node)
    try await fixture.advance(1)
    let folder = try #require(fixture.settings.configuration)
    let name = "a name has 1 to 64 lower case letters, digits, dots and dashes"
    #expect(
      fixture.events(.configurationFault).map(\.message) == [
        "\(folder)/My_File.conf: error: \(name); it is left out",
        "\(folder)/long.conf: error: longer than 65536 bytes; it is left out",
        "\(folder)/longer.conf: error: longer than 65536 bytes; it is left out",
      ])

    // Mended, and broken once more: said once more.
    try await fixture.change { folder in
      let url = folder.url.appendingPathComponent("configuration")
      for name in ["My_File", "longer"] {
        try FileManager.default.removeItem(at: url.appendingPathComponent("\(name).conf"))
      }
      try folder.write("[Agent]\n", to: "configuration/long.conf")
    }
    try await fixture.advance(1)
    let mended = try await delta(node)
    #expect(mended.set.map(\.name) == ["long"])
    apply(mended, to: node)
    try await fixture.change { try $0.write("[Agent]\nInterval=6\n", to: "configuration/My_File.conf") }
    try await fixture.advance(1)
    try await fixture.advance(1)
    #expect(fixture.events(.configurationFault).count == 4)
    #expect(try await node.session.isSilent())
    await fixture.kill()
  }

  @Test("of too many or too much the first by their names are read")
  func tooMuch() throws {
    let folder = try TemporaryFolder()
    for number in 10..<76 { try folder.write("[Agent]\n", to: "many/\(number).conf") }
    for number in 10..<28 { try folder.write(String(repeating: "#", count: 64 << 10), to: "much/\(number).conf") }
    for (name, count) in [("many", 64), ("much", 16)] {
      let source = ConfigurationFolder(path: folder.url.appendingPathComponent(name).path)
      let contents = try source.read(try source.folder.stamp())
      #expect(contents.bodies.keys.sorted() == (10..<10 + count).map { "\($0)" })
      #expect(contents.faults.count == 2)
    }
  }

  @Test("metrics are acknowledged one by one")
  func metrics() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    try await fixture.allow([("org-acme", included: 5, limit: 5)])
    let node = try FileKeyNode(fixture, "node-a")
    try await node.license()
    node.session.send(
      .metricsReport(
        .with {
          $0.sequence = 9
          $0.snapshotJson = Data("{}".utf8)
        }))
    guard case .metricsAck(let ack) = try await node.session.next("MetricsAck") else {
      Issue.record("no MetricsAck")
      return
    }
    #expect(ack.sequence == 9)
    await fixture.kill()
  }
}
