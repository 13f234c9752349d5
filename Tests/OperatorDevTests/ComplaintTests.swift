import Foundation
import TestSupport
import Testing

@testable import OperatorDev

@Suite("What is wrong with files and folders is said once each", .serialized)
struct ComplaintTests {
  /// Moves what is below the folder, and what was moved back.
  private func move(_ names: [String], away: Bool, in fixture: OperatorFixture) async throws {
    try await fixture.change { folder in
      for name in names {
        let (here, elsewhere) = (
          folder.url.appendingPathComponent(name), folder.url.appendingPathComponent("no-\(name)")
        )
        try FileManager.default.moveItem(at: away ? here : elsewhere, to: away ? elsewhere : here)
      }
    }
  }

  @Test("two folders that are gone at once are said once each, and once more when they are gone again")
  func gone() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    let names = ["organisations", "configuration"]
    let words = Set(
      names.map { name in
        let path = fixture.folder.url.appendingPathComponent(name).path
        return "\(path): error: No such file or directory; what was read before goes on"
      })
    for count in 1...2 {
      try await move(names, away: true, in: fixture)
      for _ in 0..<3 { try await fixture.advance(1) }
      #expect(fixture.events(.reloadFailed).count == 2 * count)
      #expect(Set(fixture.events(.reloadFailed).map(\.message)) == words)
      try await move(names, away: false, in: fixture)
      try await fixture.advance(1)
    }
    await fixture.kill()
  }

  @Test("the same fault in the consent file is said again once the file was right in between")
  func mended() async throws {
    let fixture = try OperatorFixture()
    try await fixture.start()
    for count in 1...2 {
      try await fixture.change { try $0.write("[Consent]\nRelease=node-a\n", to: "consent.conf") }
      for _ in 0..<2 { try await fixture.advance(1) }
      #expect(fixture.events(.reloadFailed).count == count)
      try await fixture.change { try $0.write("[Consent]\n", to: "consent.conf") }
      try await fixture.advance(1)
    }
    await fixture.kill()
  }
}
