import FoundationEssentials
import LicenseProtocol
import SwiftProtobuf

/// Everything that the operator promised and must not forget. What is only true while it runs (sessions, leases) is not
/// here.
struct OperatorState: Sendable {
  /// The seats.
  var seats: [SeatID: Seat] = [:]
  /// How many of them each organisation has, in which order they were taken.
  var ledgers: [String: SeatLedger] = [:]
  /// What the key server said last.
  var entitlement: Lowlayer_Keyserver_V1_EntitlementUpdate?
  /// The configuration's versions.
  var configuration = ConfigurationVersions()
  /// The date when this was saved; the clock may be set back behind it, and that extends nothing.
  var latestDate = ServerTime(since1970: .zero)
  /// Seats that operators below this one reported, by organisation.
  var downstream: [String: UInt32] = [:]
  /// What operators below were answered last, by organisation.
  var promised: [String: PromiseBelow] = [:]
  /// The expiries that the brake holds; `nil` where it holds none.
  var braked: BrakedExpiry?

  init() {}

  /// The organisation's ledger.
  func ledger(_ organisation: String) -> SeatLedger { ledgers[organisation] ?? SeatLedger(organisation: organisation) }

  /// Who has the TPM with that endorsement key.
  func holder(ofEndorsementKey digest: [UInt8]) -> SeatID? {
    digest.isEmpty ? nil : seats.first { $0.value.rules.endorsementKey == digest }?.key
  }
}

extension OperatorState {
  /// Reads what ``StateWriter`` wrote, in an operator that started at `start`, by the wall clock at `wallClock`.
  init(
    json: [UInt8], in path: String, startedAt start: BootTime, wallClock: ServerTime, leaseDuration: Duration
  ) throws(OperatorError) {
    let saved: SavedState
    do {
      saved = try JSONDecoder().decode(SavedState.self, from: Data(json))
    } catch {
      throw .malformed(path, "no state of an operator: \(error)")
    }
    guard saved.version == SavedState.currentVersion else {
      throw .malformed(path, "a state of version \(saved.version), which this operator does not know")
    }
    guard let savedSeats = saved.seats else { throw .malformed(path, "its seats are missing") }
    latestDate = ServerTime(nanoseconds: saved.latestDate)
    let date = max(wallClock, latestDate)
    for seat in savedSeats {
      let read = seat.seat(startedAt: start, date: date, leaseDuration: leaseDuration)
      seats[read.id] = read
    }
    for (organisation, ledger) in saved.ledgers {
      ledgers[organisation] = SeatLedger(
        organisation: organisation, version: ledger.version, holders: ledger.holders)
    }
    if let bytes = saved.entitlement {
      do {
        entitlement = try Lowlayer_Keyserver_V1_EntitlementUpdate(serializedBytes: bytes)
      } catch {
        throw .malformed(path, "its entitlement cannot be read")
      }
    }
    configuration = saved.configuration
    downstream = saved.downstream
    promised = (saved.promised ?? [:]).mapValues {
      PromiseBelow(seats: $0.seats, until: ServerTime(nanoseconds: $0.until))
    }
    braked = saved.braked.map { BrakedExpiry(since: ServerTime(nanoseconds: $0.since), nodes: $0.nodes) }
  }

  /// The state as it is saved, but for the seats.
  var savedWithoutSeats: SavedState {
    get throws {
      SavedState(
        seats: nil,
        ledgers: ledgers.mapValues { .init(version: $0.version, holders: $0.holders) },
        entitlement: try entitlement.map { try $0.serializedData() }, configuration: configuration,
        latestDate: latestDate.nanoseconds, downstream: downstream,
        promised: promised.mapValues { SavedState.Promise(seats: $0.seats, until: $0.until.nanoseconds) },
        braked: braked.map { .init(since: $0.since.nanoseconds, nodes: $0.nodes) })
    }
  }
}
