@preconcurrency import Dispatch
import Glibc

/// Waiting for SIGTERM or SIGINT.
enum Termination {
  /// From here on the two signals end nothing by themselves.
  static func signals() -> AsyncStream<Int32> {
    AsyncStream { continuation in
      var sources: [any DispatchSourceSignal] = []
      for number in [SIGTERM, SIGINT] {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { continuation.yield(number) }
        source.resume()
        sources.append(source)
      }
      let kept = sources
      continuation.onTermination = { _ in kept.forEach { $0.cancel() } }
    }
  }
}
