import Foundation
import TestSupport
import Testing

@testable import OperatorDev

@Suite("The state's file")
struct StateFileTests {
  @Test("one operator at a time uses a state: the second one says so with 3, and touches nothing")
  func lock() throws {
    let folder = try TemporaryFolder()
    let serving = try TestAuthority("platform").issue("ll-operator")
    try folder.write(try serving.certificatePEM, to: "s.pem")
    try folder.write(serving.keyPEM, to: "s.key")
    try folder.write("", to: "organisations/.keep")
    let path = folder.url.path
    let state = "\(path)/state.json"
    let words = "another ll-operator-dev uses this state: it has locked \(state).lock"
    let lock = try StateLock(state: state)
    try withExtendedLifetime(lock) {
      #expect(throws: OperatorError.file(state, words)) { try StateLock(state: state, patience: .zero) }
      let before = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
      let run = try Command(
        [
          BuiltProgram.path("ll-operator-dev"), "run", "--listen", "127.0.0.1:\(try FreePort.take())", "--certificate",
          "\(path)/s.pem", "--key", "\(path)/s.key", "--organisations", "\(path)/organisations", "--state", state,
        ], seconds: 60)
      #expect(run.status == 3)
      #expect(run.errors == "\(state): error: \(words)\n")
      #expect(run.output.isEmpty)
      #expect(try FileManager.default.contentsOfDirectory(atPath: path).sorted() == before)
    }
  }

  @Test("whoever is gone leaves the state free")
  func released() throws {
    let folder = try TemporaryFolder()
    let state = folder.url.appendingPathComponent("state.json").path
    for _ in 0..<3 { withExtendedLifetime(try StateLock(state: state)) {} }
  }

  @Test("a state that could not be read again is not written, and the one before it stays")
  func limit() async throws {
    let folder = try TemporaryFolder()
    let store = StateStore.file(folder.url.appendingPathComponent("state.json").path, limit: 100)
    try await store.save(Array(repeating: 0x20, count: 100))
    await #expect(throws: OperatorError.self) { try await store.save(Array(repeating: 0x20, count: 101)) }
    #expect(try store.load()?.count == 100)
  }
}
