import Foundation
import OperatorDev
import Synchronization

/// Clocks that stand still until a test moves them. The wall clock begins at the true date, for certificates.
final class TestClock: Sendable {
  private struct Times {
    var boot: UInt64 = 1_000_000_000_000
    var real = Int64(Date.now.timeIntervalSince1970) * 1_000_000_000
  }
  private let times = Mutex(Times())

  /// As the operator takes them.
  var clock: OperatorClock {
    OperatorClock(
      bootNanoseconds: { self.times.withLock { $0.boot } }, realNanoseconds: { self.times.withLock { $0.real } })
  }

  var real: Int64 { times.withLock { $0.real } }

  /// Time passes.
  func advance(_ seconds: Double) {
    times.withLock { times in
      times.boot += UInt64(seconds * 1e9)
      times.real += Int64(seconds * 1e9)
    }
  }

  /// Somebody sets the wall clock; no time passes.
  func setWallClock(by seconds: Double) { times.withLock { $0.real += Int64(seconds * 1e9) } }
}
