import Diagnostics
import FoundationEssentials
import Glibc
import HardwareIdentity
import HostFS
import LicenseProtocol
import Logging
import NIOCore
import NIOPosix
import NodeAgent
import NodeMetrics

/// The nodes of one organisation, each with the agent that a real one has: sessions, leases, backoff, reports every 15 s.
final class Fleet: Sendable {
  private let options: FleetOptions
  private let nodes: [NodeAgent]
  private let clock: AgentClock

  /// Enrols the nodes and makes their agents; nothing is dialled yet.
  init(_ options: FleetOptions) async throws {
    self.options = options
    clock = AgentClock(
      bootID: "fleet", now: { BootTime(nanoseconds: BootClock.now()) },
      wall: { ServerTime(nanoseconds: WallClock.now()) })
    let authority = try FleetAuthority()
    try FileManager.default.createDirectory(atPath: options.folder, withIntermediateDirectories: true)
    let anchor = "\(options.folder)/\(FleetAuthority.name).pem"
    try Data(try authority.pem.utf8).write(to: URL(filePath: anchor))
    // One machine reports for all of them: what is in a report is the operator's to take and not to look at.
    let root = try HostRoot()
    let snapshot = NodeSampler(root: root).sample()
    let facts = HardwareFacts(reading: root, endorsementKey: .absent("these nodes have no TPM"))
    let group = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
    var nodes: [NodeAgent] = []
    for index in 1...options.count {
      let name = "node-\(index).fleet.example"
      let folder = "\(options.folder)/\(index)"
      try authority.enroll(name, in: folder)
      let settings = NodeAgentSettings(
        nodeName: name, version: "fleet", licenseOperator: options.endpoint, authority: nil, tcti: nil,
        allowsFileKey: true, stateFolder: folder, operated: OperatedSettings(interval: .seconds(15), units: []))
      nodes.append(
        try await NodeAgent(
          settings, sources: .init(hardware: { facts }, snapshot: { _ in snapshot }), clock: clock,
          liveness: LoopLiveness(limit: .seconds(60)), group: group,
          log: Logger(label: name) { _ in SwiftLogNoOpLogHandler() }))
    }
    self.nodes = nodes
    say([.init("event", .string("prepared")), .init("nodes", .integer(nodes.count))])
  }

  /// Runs the nodes from the first line on standard input to its end.
  func run() async {
    var lines = Self.standardInput.makeAsyncIterator()
    guard await lines.next() != nil else { return }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.watch() }
      group.addTask { await self.start() }
      while await lines.next() != nil {}
      group.cancelAll()
      for node in nodes { await node.stop() }
    }
    say([.init("event", .string("stopped"))])
  }

  /// Starts one node after the other, so that no more than ``FleetOptions/atOnce`` are on their way.
  private func start() async {
    await withTaskGroup(of: Void.self) { group in
      var onTheirWay: [NodeAgent] = []
      for node in nodes {
        while onTheirWay.count >= options.atOnce, !Task.isCancelled {
          let now = clock.now()
          onTheirWay.removeAll { $0.board.status.session.license.standing(at: now).isLicensed }
          if onTheirWay.count >= options.atOnce { try? await Task.sleep(for: .milliseconds(20)) }
        }
        if Task.isCancelled { break }
        onTheirWay.append(node)
        group.addTask { await node.keepSession() }
        group.addTask { await node.collect() }
      }
    }
  }

  /// Says what changed, ten times a second.
  private func watch() async {
    var seen = [Seen](repeating: Seen(), count: nodes.count)
    while !Task.isCancelled {
      var lines: [UInt8] = []
      for (index, node) in nodes.enumerated() {
        let session = node.board.status.session
        let now = clock.now()
        let status = session.license.status(at: now)
        let found = Seen(standing: status.standing.kind, connection: status.connection)
        guard found != seen[index] else { continue }
        seen[index] = found
        let why = found.connection == .connected ? nil : session.lastEnd.map { "\($0)" }
        lines += Self.line([
          .init("event", .string("changed")), .init("at", .integer(Int(now.nanoseconds / 1_000_000))),
          .init("node", .integer(index + 1)), .init("standing", .string(found.standing.rawValue)),
          .init("connection", .string(found.connection.rawValue)), .init("why", why.map { .string($0) } ?? .null),
        ])
      }
      FleetOutput.put(lines)
      try? await Task.sleep(for: .milliseconds(100))
    }
  }

  /// How a node stood when it was looked at last.
  private struct Seen: Hashable {
    var standing = LicenseStanding.Kind.disconnected
    var connection = LicenseStatus.Connection.disconnected
  }

  private func say(_ members: [JSONText.Member]) { FleetOutput.put(Self.line(members)) }

  private static func line(_ members: [JSONText.Member]) -> [UInt8] {
    JSONText.object(members).compact + [UInt8(ascii: "\n")]
  }

  /// The lines of standard input. A thread of its own waits for them.
  private static var standardInput: AsyncStream<String> {
    AsyncStream { lines in
      Thread.detached {
        while let line = readLine() { lines.yield(line) }
        lines.finish()
      }
    }
  }
}

/// A thread that nobody joins.
enum Thread {
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  static func detached(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let held = Unmanaged.passRetained(Body(body)).toOpaque()
    let code = pthread_create(
      &thread, nil,
      { pointer in
        guard let pointer else { return nil }
        Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue().run()
        return nil
      }, held)
    if code == 0 { pthread_detach(thread) } else { Unmanaged<Body>.fromOpaque(held).release() }
  }
}
