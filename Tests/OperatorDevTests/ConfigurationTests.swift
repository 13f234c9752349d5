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
    #expect(first.set.first?.version == 1)
    #expect(first.set.first?.body == Data("[Agent]\nInterval=5\n".utf8))
    apply(first, to: node)

    try fixture.folder.write("[Agent]\nInterval=x\n", to: "configuration/interval.conf")
    try fixture.folder.write("[Agent]\nUnit=a.service\n", to: "configuration/units.conf")
    try await fixture.advance(1)
    let second = try await delta(node)
    #expect(second.from == ["interval": 1])
    #expect(second.set.map(\.name) == ["interval", "units"])
    #expect(second.set.map(\.version) == [2, 1])
    apply(second, to: node, error: "interval:2: Interval= is no number")
    try await fixture.advance(1)
    #expect(try await node.session.isSilent())
    #expect(fixture.events(.configurationRefused).map(\.message) == ["interval:2: Interval= is no number"])

    try FileManager.default.removeItem(at: fixture.folder.url.appendingPathComponent("configuration/interval.conf"))
    try await fixture.advance(1)
    let third = try await delta(node)
    #expect(third.from == ["interval": 1])
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
    #expect(fourth.from == ["units": 1])
    #expect(fourth.set.map(\.version) == [3])
    await fixture.kill()
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
