import LicenseProtocol

extension LicenseOperator {
  /// The seats that operators below may have of that organisation's: what they report, and within a second of it they
  /// know what is taken here. One that is not heard of may by now have taken whatever it was promised last.
  func seatsBelow(_ organisation: String) -> UInt32 {
    let reported = state.downstream[organisation] ?? 0
    guard !licenseeCalls.isReporting(organisation), let promise = state.promised[organisation], date < promise.until
    else { return reported }
    return max(reported, promise.seats)
  }

  /// The use that an operator below reports counts from now on.
  func record(
    _ use: [Lowlayer_Keyserver_V1_OrganisationUse], of licensee: String
  ) async -> EntitlementRefusal? {
    // What comes from below is anything that fits the field.
    let below = use.reduce(UInt32(0)) { $0.clampedSum($1.seats) }
    leasesBelow[licensee] = use.reduce(UInt32(0)) { $0.clampedSum($1.activeLeases) }
    let known = state.downstream.updateValue(below, forKey: licensee)
    if known != below {
      do {
        try await save()
      } catch {
        return EntitlementRefusal.unsaved
      }
    }
    licenseeCalls.noteReport(of: licensee)
    return nil
  }

  /// Notes what an operator below is about to be promised.
  /// - Returns: whether it is saved, and may be said.
  func note(_ promise: PromiseBelow, to licensee: String) async -> Bool {
    let known = state.promised[licensee]
    guard known != promise else { return true }
    state.promised[licensee] = promise
    do {
      try await save()
      return true
    } catch {
      // Nobody is told of it.
      if state.promised[licensee] == promise { state.promised[licensee] = known }
      return false
    }
  }

  /// Whether operators below have fewer seats than at the last look, or may have: who waits here may get one.
  func lookAtBelow() async {
    var below: [String: UInt32] = [:]
    for name in Set(state.downstream.keys).union(state.promised.keys) { below[name] = seatsBelow(name) }
    let isLess = seatsBelowSeen.contains { name, seats in (below[name] ?? 0) < seats }
    seatsBelowSeen = below
    // Many that wait are many saves, and time goes on meanwhile.
    if isLess { Task { await retryWaiting() } }
  }

  /// Forgets operators below that do not come back, as the consent file says.
  func releaseBelow() async {
    let gone = files.consent.releaseBelow.filter { licensee in
      (state.downstream[licensee] != nil || state.promised[licensee] != nil) && !licenseeCalls.isOpen(licensee)
    }
    guard !gone.isEmpty else { return }
    for licensee in gone.sorted() {
      state.downstream[licensee] = nil
      state.promised[licensee] = nil
      leasesBelow[licensee] = nil
      emit(
        OperatorEvent(
          at: clock.realNanoseconds(), .seatReleased, organisation: licensee,
          message: "The seats of the operator below, of \(licensee), are free."))
    }
    // What is forgotten again after a crash is forgotten all the same.
    try? await save()
  }
}

extension EntitlementRefusal {
  /// What would follow from the answer could be forgotten.
  static let unsaved = EntitlementRefusal(message: "the operator above cannot save its own state")
}

extension UInt32 {
  /// The sum, or the greatest number that there is.
  func clampedSum(_ other: UInt32) -> UInt32 { UInt32(clamping: UInt64(self) + UInt64(other)) }
}
