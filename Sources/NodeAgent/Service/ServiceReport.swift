import Synchronization
public import SystemdRuntime

/// What the agent tells systemd of itself: ready once, its license as the status line, and for as long as its loop
/// turns that it lives. Source: sd_notify(3), systemd.service(5).
public final class ServiceReport: Sendable {
  private let liveness: LoopLiveness
  private let send: @Sendable ([ServiceNotification]) -> Void
  private let state = Mutex(State())

  private struct State {
    var isReady = false
    var isStopping = false
    var words: String?
  }

  /// A report to the systemd that started this process; to nobody where none did.
  public init(
    _ liveness: LoopLiveness,
    send: @escaping @Sendable ([ServiceNotification]) -> Void = { ServiceNotification.send($0) }
  ) {
    self.liveness = liveness
    self.send = send
  }

  /// The agent has started: it does not wait for a license, which would keep the boot waiting for the network.
  public func ready() {
    let isFirst = state.withLock { state in
      defer { state.isReady = true }
      return !state.isReady
    }
    if isFirst { send([.ready]) }
  }

  /// The agent reads its settings again, and then calls ``reloaded()``.
  public func reloading() { send([.reloading(since: ServiceNotification.monotonicMicroseconds)]) }

  /// The settings were read again.
  public func reloaded() { send([.ready]) }

  /// The agent ends; nothing is told after it.
  public func stopping() {
    state.withLock { $0.isStopping = true }
    send([.stopping])
  }

  /// The sentence for `systemctl status`; systemd hears of it when it changes.
  public func status(_ words: String) {
    let isNew = state.withLock { state in
      defer { state.words = words }
      return !state.isStopping && state.words != words
    }
    if isNew { send([.status(words)]) }
  }

  /// Tells the watchdog that the agent lives, every `interval`, until the task is cancelled; nothing while the loop
  /// hangs, so that systemd restarts the agent.
  /// - Parameter interval: half of `WatchdogSec=` (``Watchdog/interval``).
  public func watch(every interval: Duration, clock: some Clock<Duration> = ContinuousClock()) async {
    while !Task.isCancelled {
      if liveness.fault == nil { send([.watchdog]) }
      do {
        try await clock.sleep(for: interval)
      } catch {
        // Only cancellation ends a sleep early.
        return
      }
    }
  }
}
