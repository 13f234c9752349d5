import ArgumentParser
import Console
import NodeBoot

/// What every gate can be told.
struct GateOptions: ParsableArguments {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @Flag(help: "Look once: exit 0 if ready, 3 if not, with everything that is missing printed.")
  var once = false

  @Option(help: "How to print what is missing: lines for people, or one JSON object per line.")
  var format = Format.text

  /// Waits until `check` is ready, or looks once; throws the exit code where it is not ready.
  func pass(_ check: consuming some ReadinessCheck, named gate: String, every interval: Interval) async throws {
    let printer = GatePrinter(gate: gate, format: format)
    var check = check
    guard once else {
      var isReady = false
      await ReadinessWatch(interval: interval.duration).run(&check) { event in
        printer.tell(event)
        if case .ready = event { isReady = true }
      }
      // A watch that is cancelled ends too.
      if !isReady { throw Exit.environment }
      return
    }
    let statuses = await check.check()
    let isReady = statuses.allSatisfy(\.isReady)
    printer.tell(isReady ? .ready(statuses, waited: .zero) : .missing(statuses, waited: .zero))
    if !isReady { throw Exit.environment }
  }
}
