import Foundation
import LicenseProtocol
import Testing

@testable import OperatorDev

@Suite("The operator's state as text")
struct StateWriterTests {
  private static let store = StateStore(save: { _ in }, load: { () throws(OperatorError) in nil })

  private static func seat(_ node: String, in organisation: String = "org-acme", fault: String = "") -> Seat {
    let key = SeatState.PinnedKey(digest: Array(repeating: 7, count: 32), assurance: .fileKey)
    var seat = Seat(
      rules: SeatState(
        organisation: organisation, nodeName: node, nodeUID: "", attested: .init(key: key)))
    seat.configurationFault = fault
    return seat
  }

  private static func nodes(_ json: [UInt8]) throws -> [String] {
    let file = try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
    #expect(file["version"] as? Int == 1)
    let seats = try #require(file["seats"] as? [[String: Any]])
    return try seats.map { seat in
      let names = try ["organisation", "node", "configurationFault"].map { try #require(seat[$0] as? String) }
      return names.joined(separator: "|")
    }
  }

  @Test("seats that come, change and go are in the text as they are, in their order")
  func follows() async throws {
    let writer = StateWriter(Self.store)
    var state = OperatorState()
    #expect(try Self.nodes(await writer.json(state)).isEmpty)
    for seat in [Self.seat("m"), Self.seat("b"), Self.seat("z"), Self.seat("a", in: "platform"), Self.seat("c")] {
      state.seats[seat.id] = seat
      _ = try await writer.json(state)
    }
    #expect(
      try Self.nodes(await writer.json(state)) == [
        "org-acme|b|", "org-acme|c|", "org-acme|m|", "org-acme|z|", "platform|a|",
      ])
    state.seats[SeatID(organisation: "org-acme", node: "m")] = nil
    let changed = Self.seat("c", fault: "it says \"},{\" and \"seats\":[]")
    state.seats[changed.id] = changed
    let json = try await writer.json(state)
    #expect(
      try Self.nodes(json) == [
        "org-acme|b|", "org-acme|c|it says \"},{\" and \"seats\":[]", "org-acme|z|", "platform|a|",
      ])
    // Whoever saves for the first time writes the same.
    #expect(try await StateWriter(Self.store).json(state) == json)
    let read = try OperatorState(
      json: json, in: "state.json", startedAt: BootTime(sinceBoot: .zero), wallClock: ServerTime(since1970: .zero),
      leaseDuration: .seconds(40))
    #expect(Set(read.seats.keys) == Set(state.seats.keys))
    #expect(read.seats[changed.id]?.configurationFault == changed.configurationFault)
  }

  @Test("a file without seats is no state")
  func withoutSeats() {
    let json = #"{"configuration":{},"downstream":{},"latestDate":0,"ledgers":{},"version":1}"#
    #expect(throws: OperatorError.self) {
      try OperatorState(
        json: Array(json.utf8), in: "state.json", startedAt: BootTime(sinceBoot: .zero),
        wallClock: ServerTime(since1970: .zero), leaseDuration: .seconds(40))
    }
  }
}
