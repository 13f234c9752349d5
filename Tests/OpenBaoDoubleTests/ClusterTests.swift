import Foundation
import Testing

@testable import OpenBaoDouble

/// Three masters with the rendered configuration, each a process that can be killed.
@Suite("OpenBao's double: a cluster", .serialized)
struct ClusterTests {
  private final class Cluster {
    var masters: [Int: RenderedMaster] = [:]
    var processes: [Int: ServerProcess] = [:]

    init() throws {
      let desk = try RenderedMaster.Desk()
      let ports = try RenderedMaster.freePorts(for: [1, 2, 3])
      for number in 1...3 { masters[number] = try RenderedMaster(number, desk: desk, ports: ports) }
      try startAll()
    }

    func startAll() throws { for number in 1...3 { try start(number) } }

    func start(_ number: Int) throws {
      guard let master = masters[number] else { return }
      processes[number] = try ServerProcess(master)
    }

    func kill(_ number: Int) { processes.removeValue(forKey: number)?.end(SIGKILL) }

    func health() async -> [Int: Int] {
      var found: [Int: Int] = [:]
      for (number, master) in masters where processes[number] != nil {
        found[number] = await APICaller(master).health()
      }
      return found
    }

    func wait(seconds: Double = 60, for wanted: ([Int]) -> Bool) async -> [Int: Int] {
      let end = Date().addingTimeInterval(seconds)
      while Date() < end {
        let found = await health()
        if wanted(found.values.sorted()) { return found }
        try? await Task.sleep(for: .milliseconds(100))
      }
      return await health()
    }

    /// A caller of any master that lives.
    func caller(_ number: Int) throws -> APICaller {
      guard let master = masters[number] else { throw CocoaError(.featureUnsupported) }
      return APICaller(master)
    }
  }

  private func voters(_ caller: APICaller) async throws -> Int {
    let reply = try await caller.send("GET", "sys/storage/raft/configuration").json
    return reply[key: "data"][key: "config"][key: "servers"].elements.count { $0[key: "voter"].isTrue }
  }

  @Test("three that start at once are one cluster; it survives SIGKILL of its leader and of all, and loses nothing")
  func survives() async throws {
    let cluster = try Cluster()
    let whole = [200, 429, 429]
    #expect(await cluster.wait { $0 == whole }.values.sorted() == whole)
    var admin = try await cluster.caller(2).loggedIn("administrator", as: "administrator")
    let deadline = Date().addingTimeInterval(60)
    while try await voters(admin) < 3, Date() < deadline { try await Task.sleep(for: .milliseconds(100)) }
    #expect(try await voters(admin) == 3)
    let token = admin.token
    var written = 0
    for round in 0..<4 {
      written += 1
      let value: JSONValue = .integer(written)
      #expect(try await admin.send("PUT", "kv/data/a", ["data": ["v": value]]).status == 200)
      let states = await cluster.health()
      let victim = round < 3 ? states.first { $0.value == 200 }?.key : nil
      if let victim { cluster.kill(victim) } else { for number in 1...3 { cluster.kill(number) } }
      if victim == nil { try cluster.startAll() }
      let after = await cluster.wait { $0.contains(200) }
      guard let leader = after.first(where: { $0.value == 200 })?.key else {
        Issue.record("no leader in round \(round): \(after)")
        return
      }
      admin = try cluster.caller(leader)
      admin.token = token
      let read = try await admin.send("GET", "kv/data/a").json
      #expect(read[key: "data"][key: "data"][key: "v"] == value, "round \(round)")
      if let victim { try cluster.start(victim) }
      #expect(await cluster.wait { $0 == whole }.values.sorted() == whole)
    }
  }

  @Test("a voter that was too slow for a while does not unseat the leader that the others hear")
  func slowVoter() async throws {
    let cluster = try Cluster()
    let states = await cluster.wait { $0 == [200, 429, 429] }
    let leader = try #require(states.first { $0.value == 200 }?.key, "no leader: \(states)")
    let admin = try await cluster.caller(leader).loggedIn("administrator", as: "administrator")
    let deadline = Date().addingTimeInterval(60)
    while try await voters(admin) < 3, Date() < deadline { try await Task.sleep(for: .milliseconds(100)) }
    func activeSince() async throws -> String {
      try await admin.send("GET", "sys/leader").json[key: "active_time"].text ?? ""
    }
    let since = try await activeSince()
    try #require(!since.isEmpty)
    let slow = try #require(states.keys.first { $0 != leader })
    for _ in 1...3 {
      try await cluster.processes[slow]?.pause(seconds: 4)
      try await Task.sleep(for: .seconds(2))
      #expect(try await activeSince() == since)
    }
    #expect(await cluster.wait { $0 == [200, 429, 429] }[leader] == 200)
  }

  @Test("without a majority nothing is written, and standbys say where the leader was or that there is none")
  func noMajority() async throws {
    let cluster = try Cluster()
    let states = await cluster.wait { $0 == [200, 429, 429] }
    guard let leader = states.first(where: { $0.value == 200 })?.key else {
      Issue.record("no leader: \(states)")
      return
    }
    var admin = try await cluster.caller(leader).loggedIn("administrator", as: "administrator")
    let deadline = Date().addingTimeInterval(60)
    while try await voters(admin) < 3, Date() < deadline { try await Task.sleep(for: .milliseconds(100)) }
    guard let standby = states.keys.first(where: { $0 != leader }) else { return }
    let refused = try cluster.caller(standby)
    let redirected = try await refused.send(
      "PUT", "kv/data/a", ["data": [:]], headers: ["x-vault-no-request-forwarding": "1"])
    #expect(redirected.status == 307)
    #expect(redirected.headers["location"] == "\(admin.master.address)/v1/kv/data/a")
    for number in states.keys where number != leader { cluster.kill(number) }
    let status = try? await admin.send("PUT", "kv/data/a", ["data": ["v": "lost?"]], timeout: 10).status
    #expect(status == nil || status == 500)
    #expect(await cluster.wait { $0 == [429] }.values.sorted() == [429])
    try cluster.start(standby)
    let after = await cluster.wait { $0 == [200, 429] }
    #expect(after.values.sorted() == [200, 429])
    if let leader = after.first(where: { $0.value == 200 })?.key {
      let token = admin.token
      admin = try cluster.caller(leader)
      admin.token = token
    }
    #expect(try await admin.send("PUT", "kv/data/a", ["data": ["v": "kept"]]).status == 200)
  }
}
