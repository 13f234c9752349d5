import ArgumentParser
import NodeBoot

/// What every gate can be told.
struct GateOptions: ParsableArguments {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @Flag(help: "Look once: exit 0 if ready, 3 if not, with everything that is missing printed.")
  var once = false

  @Option(
    help: ArgumentHelp("The time between two looks, in seconds. (default: 1; addons: 2)", valueName: "seconds"))
  var interval: Double?

  @Option(help: "How to print what is missing: lines for people, or one JSON object per line.")
  var format = Format.text

  func validate() throws {
    if let interval, !(0.01...3600).contains(interval) {
      throw ValidationError("The interval is between 0.01 and 3600 seconds.")
    }
  }

  /// Waits until `check` is ready, or looks once. Unless told otherwise it looks every `pause` seconds.
  func pass(_ check: consuming some ReadinessCheck, named gate: String, every pause: Double = 1) async throws {
    let printer = GatePrinter(gate: gate, format: format)
    var check = check
    guard once else {
      await ReadinessWatch(interval: .milliseconds(Int((interval ?? pause) * 1000))).run(&check) { printer.tell($0) }
      return
    }
    let statuses = await check.check()
    let isReady = statuses.allSatisfy(\.isReady)
    printer.tell(isReady ? .ready(statuses, waited: .zero) : .missing(statuses, waited: .zero))
    if !isReady { throw Exit.environment }
  }
}
