import FoundationEssentials
import LicenseProtocol

/// Saves the state as text, again and again: each change is saved before it counts, so of thousands of seats only those that
/// changed are encoded anew. Not on the operator's own actor: nobody is heard while that one is busy.
actor StateWriter {
  private struct Text {
    var seat: Seat
    var json: Data
  }

  private let store: StateStore
  private let encoder = JSONEncoder()
  private var texts: [SeatID: Text] = [:]
  /// The seats in the file's order.
  private var order: [SeatID] = []

  /// A writer that has saved nothing yet.
  init(_ store: StateStore) {
    self.store = store
    encoder.outputFormatting = [.sortedKeys]
  }

  /// Saves the state; when it returns, it outlives the process and the machine. One at a time.
  func save(_ state: OperatorState) async throws { try await store.save(try json(state)) }

  /// The state as its file has it: ``SavedState``, the seats first.
  func json(_ state: OperatorState) throws -> [UInt8] {
    try encode(state.seats)
    let rest = try encoder.encode(try state.savedWithoutSeats)
    var bytes = Array("{\"seats\":[".utf8)
    bytes.reserveCapacity(texts.values.reduce(rest.count + order.count + 16) { $0 + $1.json.count })
    for id in order {
      if bytes.last == UInt8(ascii: "}") { bytes.append(UInt8(ascii: ",")) }
      if let text = texts[id] { bytes += text.json }
    }
    bytes += Array("],".utf8)
    return bytes + rest.dropFirst()
  }

  private func encode(_ seats: [SeatID: Seat]) throws {
    for (id, seat) in seats where texts[id]?.seat != seat {
      if texts[id] == nil { order.insert(id, at: place(of: id)) }
      texts[id] = Text(seat: seat, json: try encoder.encode(SavedSeat(seat)))
    }
    guard order.count > seats.count else { return }
    order.removeAll { seats[$0] == nil }
    texts = texts.filter { seats[$0.key] != nil }
  }

  private func place(of id: SeatID) -> Int {
    var (low, high) = (0, order.count)
    while low < high {
      let middle = (low + high) / 2
      if order[middle] < id { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
