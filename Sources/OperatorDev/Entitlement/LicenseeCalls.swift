import Synchronization

/// The calls that a key server's licensees have open: each those of one operator.
///
/// A licensee is one operator. A second one with a certificate of the same issuer would be offered everything once
/// more, and its use would be taken for the first one's.
final class LicenseeCalls: Sendable {
  /// What becomes of a call that begins.
  enum Entry: Sendable, Hashable {
    /// It is its licensee's, under this number. Another one of the same operator may be open still, whose connection
    /// broke.
    case admitted(UInt64)
    /// Another operator has the licensee's call. `isNews` the first time that this call turns that operator away.
    case refused(isNews: Bool)
  }

  /// What becomes of a report.
  enum Report: Sendable, Hashable {
    /// It counts.
    case taken
    /// It counts, and comes by an older call than the newest: two operators have the same key. `isNews` the first time.
    case ofTwo(isNews: Bool)
    /// Another operator has the licensee's call by now.
    case displaced
  }

  private struct Call {
    let number: UInt64
    let key: [UInt8]
    var hasReported = false
    var isOfTwo = false
    var turnedAway: Set<[UInt8]> = []
  }

  private struct State {
    var last: UInt64 = 0
    var calls: [String: Call] = [:]
  }

  private let state = Mutex(State())

  /// A call begins. An operator is told from another one by the digest of its key.
  func enter(_ licensee: String, key: [UInt8]) -> Entry {
    state.withLock { state -> Entry in
      let open = state.calls[licensee]
      if var open, open.key != key {
        let isNews = open.turnedAway.insert(key).inserted
        state.calls[licensee] = open
        return .refused(isNews: isNews)
      }
      state.last += 1
      var call = Call(number: state.last, key: key)
      call.isOfTwo = open?.isOfTwo ?? false
      state.calls[licensee] = call
      return .admitted(state.last)
    }
  }

  /// A call has ended.
  func leave(_ licensee: String, _ number: UInt64) {
    state.withLock { state in
      if state.calls[licensee]?.number == number { state.calls[licensee] = nil }
    }
  }

  /// A report has come by a call.
  func report(_ licensee: String, _ number: UInt64, key: [UInt8]) -> Report {
    state.withLock { state -> Report in
      guard var call = state.calls[licensee] else {
        // The newer one of two has ended.
        state.calls[licensee] = Call(number: number, key: key)
        return .taken
      }
      guard call.key == key else { return .displaced }
      // A connection that broke says nothing any more.
      guard number < call.number else { return .taken }
      let isNews = !call.isOfTwo
      call.isOfTwo = true
      state.calls[licensee] = call
      return .ofTwo(isNews: isNews)
    }
  }

  /// The licensee's report is saved: from now on what is known of its seats is what it has.
  func noteReport(of licensee: String) {
    state.withLock { state in
      guard var call = state.calls[licensee] else { return }
      call.hasReported = true
      state.calls[licensee] = call
    }
  }

  /// Whether the licensee has a call that has reported.
  func isReporting(_ licensee: String) -> Bool {
    state.withLock { $0.calls[licensee]?.hasReported ?? false }
  }

  /// Whether the licensee has a call.
  func isOpen(_ licensee: String) -> Bool {
    state.withLock { $0.calls[licensee] != nil }
  }
}
