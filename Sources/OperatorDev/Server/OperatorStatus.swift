import Diagnostics
import FoundationEssentials
import LicenseProtocol
import SwiftProtobuf

/// What an operator promised, read from its state file, for a person or a program.
public struct OperatorStatus: Sendable {
  private let state: OperatorState
  private let entitlement: Lowlayer_Keyserver_V1_Entitlement?

  /// Reads the file at `path`. Leases are as they were when one began or ended last.
  public init(file path: String) throws(OperatorError) {
    let bytes = try OperatorFile.contents(path, limit: StateStore.limit)
    // No clock is looked at: what is shown of leases is what was noted of them.
    state = try OperatorState(
      json: bytes, in: path, startedAt: BootTime(sinceBoot: .zero), wallClock: ServerTime(since1970: .zero),
      leaseDuration: .zero)
    // Whose signature it is was looked at when it was accepted.
    entitlement = state.entitlement.flatMap { try? Lowlayer_Keyserver_V1_Entitlement(serializedBytes: $0.signed) }
  }

  private var seats: [Seat] { state.seats.values.sorted { $0.id < $1.id } }

  /// As JSON, pretty-printed. Times are nanoseconds since 1970.
  public var json: [UInt8] {
    let organisations = state.ledgers.keys.sorted().map { name -> JSONText in
      let allowed = entitlement?.organisations.first { $0.organisation == name }
      return .object([
        .init("name", .string(name)), .init("seats", .integer(state.ledger(name).used)),
        .init("activeLeases", .integer(seats.count { $0.rules.organisation == name && $0.isAlive })),
        .init("seatsBelow", .integer(Int(state.downstream[name] ?? 0))), .init("promisedBelow", promisedJSON(name)),
        .init("included", allowed.map { .integer(Int($0.nodesIncluded)) } ?? .null),
        .init("limit", allowed.flatMap { $0.nodesLimit == 0 ? nil : .integer(Int($0.nodesLimit)) } ?? .null),
        .init("billed", .integer(billed(name))),
      ])
    }
    let nodes = seats.map { seat -> JSONText in
      .object([
        .init("organisation", .string(seat.rules.organisation)), .init("node", .string(seat.rules.nodeName)),
        .init("uid", .string(seat.rules.nodeUID)), .init("assurance", .string(seat.rules.key.assurance.name)),
        .init("leaseIsLive", .boolean(seat.isAlive)), .init("tainted", .boolean(seat.isTainted)),
        .init("epoch", .integer(Int(clamping: seat.rules.epoch))),
        .init("grantedUntil", seat.rules.granted.map { .integer(Int($0.notAfter.nanoseconds)) } ?? .null),
        .init("configurationFault", .string(seat.configurationFault)),
      ])
    }
    return JSONText.object([
      .init("entitlement", entitlementJSON), .init("organisations", .array(organisations)), .init("brake", brakeJSON),
      .init("nodes", .array(nodes)),
    ]).pretty
  }

  /// The seats above those that are included, with what operators below have.
  private func billed(_ organisation: String) -> Int {
    let included = entitlement?.organisations.first { $0.organisation == organisation }?.nodesIncluded ?? 0
    let used = state.ledger(organisation).used + Int(state.downstream[organisation] ?? 0)
    return max(used - Int(included), 0)
  }

  /// What the operator below may take by its last answer; without a limit `seats` is null.
  private func promisedJSON(_ organisation: String) -> JSONText {
    guard let promise = state.promised[organisation] else { return .null }
    return .object([
      .init("seats", promise.seats == .max ? .null : .integer(Int(promise.seats))),
      .init("until", .integer(Int(promise.until.nanoseconds))),
    ])
  }

  /// The same for a person; empty where there is no operator below.
  private func belowWords(_ organisation: String) -> String {
    guard let seats = state.downstream[organisation] else { return "" }
    guard let promise = state.promised[organisation] else { return ", \(seats) seats below" }
    let most = promise.seats == .max ? "any number" : "at most \(promise.seats)"
    return ", \(seats) seats below (\(most) there until \(promise.until.words))"
  }

  private var brakeJSON: JSONText {
    guard let braked = state.braked else { return .null }
    return .object([
      .init("since", .integer(Int(braked.since.nanoseconds))), .init("release", .string(braked.name)),
      .init("nodes", .array(braked.nodes.map(JSONText.string))),
    ])
  }

  private var entitlementJSON: JSONText {
    guard let entitlement else { return .null }
    return .object([
      .init("licensee", .string(entitlement.licensee)), .init("mode", .string("\(entitlement.mode)")),
      .init("notAfter", .integer(Int(entitlement.notAfterNs))),
      .init("graceUntil", .integer(Int(entitlement.graceUntilNs))),
    ])
  }

  /// As lines for a person.
  public var table: String {
    var text = ""
    if let entitlement {
      let until = ServerTime(nanoseconds: entitlement.notAfterNs).words
      let grace = ServerTime(nanoseconds: entitlement.graceUntilNs).words
      text += "entitlement of \(entitlement.licensee): \(entitlement.mode), until \(until), grace until \(grace)\n"
    } else {
      text += "no entitlement\n"
    }
    for name in state.ledgers.keys.sorted() {
      let allowed = entitlement?.organisations.first { $0.organisation == name }
      let limit = allowed.map { $0.nodesLimit == 0 ? "no limit" : "at most \($0.nodesLimit)" } ?? "not named"
      let alive = seats.count { $0.rules.organisation == name && $0.isAlive }
      text += "\(name): \(state.ledger(name).used) seats, \(alive) active leases"
      let billed = billed(name)
      text += " (\(allowed?.nodesIncluded ?? 0) included, \(limit)\(billed > 0 ? ", \(billed) billed" : ""))"
      text += belowWords(name) + "\n"
    }
    if let braked = state.braked {
      text += "the brake holds \(braked.nodes.count) expired leases since \(braked.since.words): "
      text += "ReleaseBrake=\(braked.name) in the consent file lets the nodes be tainted\n"
    }
    guard !seats.isEmpty else { return text }
    var rows = [["NODE", "ASSURANCE", "LEASE", "GRANT UNTIL", "EPOCH"]]
    for seat in seats {
      let lease = seat.isAlive ? "live" : seat.isTainted ? "expired, tainted" : "none"
      rows.append([
        seat.id.description, seat.rules.key.assurance.name, lease, seat.rules.granted?.notAfter.words ?? "-",
        "\(seat.rules.epoch)",
      ])
    }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    for row in rows {
      let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
      let line = cells.joined(separator: "  ")
      text += String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
    }
    return text
  }
}
