import Foundation
import LicenseProtocol
import SwiftProtobuf
import TestSupport
import Testing

@testable import NodeAgent

@Suite("The agent's state")
struct StateFileTests {
  private static func sample() throws -> AgentState {
    var state = AgentState()
    state.license = LicenseMemory(
      grant: try ScriptedOperator().grant(epoch: 4).licenseGrant, grantKey: [1, 2, 3], highestEpoch: 9,
      serverTime: ServerTime(nanoseconds: 1_790_000_000_123_456_789), heard: BootTime(nanoseconds: 77),
      bootID: "6f1b0f4e-8d2a-4a8e-9f5e-2d3c4b5a6978")
    state.ratchet = (0..<32).map { $0 }
    state.configurations = [
      "fleet": .init(version: 3, body: Array("[Agent]\nInterval=30\n".utf8)), "empty": .init(version: 1, body: []),
    ]
    return state
  }

  @Test("what was kept is what is read, byte for byte")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let file = StateFile(folder: folder.url.path)
    #expect(try file.load() == nil)
    for state in [AgentState(), try Self.sample()] {
      try file.save(state)
      #expect(try file.load() == state)
    }
    let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["state"])
  }

  @Test("all that a configuration may be is read again; what could not be is not kept in place of what can")
  func largest() throws {
    let folder = try TemporaryFolder()
    let file = StateFile(folder: folder.url.path)
    var state = try Self.sample()
    for number in 0..<16 {
      state.configurations["body-\(number)"] = .init(version: 1, body: [UInt8](repeating: 0xff, count: 65_536))
    }
    try file.save(state)
    #expect(try file.load() == state)
    var greater = state
    greater.configurations["more"] = .init(version: 1, body: [UInt8](repeating: 0xff, count: 4 << 20))
    #expect(throws: StateError.self) { try file.save(greater) }
    #expect(try file.load() == state)
  }

  @Test("what a kill left beside it is in nobody's way")
  func leftover() throws {
    let folder = try TemporaryFolder()
    let file = StateFile(folder: folder.url.path)
    try file.save(try Self.sample())
    try Data("half".utf8).write(to: URL(fileURLWithPath: file.path + ".new"))
    #expect(try file.load()?.license.highestEpoch == 9)
    try file.save(AgentState())
    #expect(try file.load() == AgentState())
  }

  @Test(
    "a file that is not whole is an error that names it, never half a state",
    arguments: [
      "", "[Session]\nFormat=2\nEpoch=1\n", "[Session]\nFormat=1\nEpoch=x\n",
      "[Session]\nFormat=1\nEpoch=1\nRatchet=!\n", "[Else]\n", "\u{0}\u{0}\u{0}",
    ])
  func malformed(text: String) throws {
    let folder = try TemporaryFolder()
    let file = StateFile(folder: folder.url.path)
    try Data(text.utf8).write(to: URL(fileURLWithPath: file.path))
    #expect {
      try file.load()
    } throws: { error in
      guard case StateError.malformed(let path, _)? = error as? StateError else { return false }
      return path == file.path
    }
  }

  @Test("every cut of a whole file is refused or was whole")
  func truncated() throws {
    let folder = try TemporaryFolder()
    let file = StateFile(folder: folder.url.path)
    let whole = Array(try Self.sample().text.utf8)
    for length in stride(from: 0, to: whole.count - 1, by: 7) {
      try Data(whole[..<length]).write(to: URL(fileURLWithPath: file.path))
      // A cut between sections or within a value of base64 can be read; what it lacks is asked for anew. The epoch is
      // in the first section, so that an old grant is never believed.
      if let state = try? file.load() { #expect(state.license.highestEpoch == 9 || state.license.highestEpoch == 0) }
    }
  }

  @Test("a folder that is not there is named, with the system's word")
  func noFolder() {
    let file = StateFile(folder: "/proc/nowhere")
    #expect(throws: StateError.self) { try file.save(AgentState()) }
    do {
      try file.save(AgentState())
    } catch {
      #expect("\(error)".contains("/proc/nowhere"))
    }
  }

  @Test("a symbolic link in its place is not followed")
  func link() throws {
    let folder = try TemporaryFolder()
    let file = StateFile(folder: folder.url.path)
    try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: "/etc/passwd")
    #expect(throws: StateError.self) { try file.load() }
    try file.save(AgentState())
    #expect(try file.load() == AgentState())
    #expect(try String(contentsOfFile: "/etc/passwd", encoding: .utf8).contains("root:"))
  }
}
