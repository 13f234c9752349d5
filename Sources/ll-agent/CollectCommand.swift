import ArgumentParser
import Console
import Glibc
import HostFS
import NodeMetrics

/// `ll-agent collect`
struct CollectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "collect",
    abstract: "Read what this node is doing: processors, memory, pressure, disks, network, systemd, kubelet.",
    discussion: """
      What cannot be read is in the output with the reason; it never keeps anything else from being read. In a pod, \
      mount the host's / read-only, propagation HostToContainer, and name it with --rootfs: neither capabilities nor \
      hostPID are needed.

      A kubelet is asked where --kubelet, LL_KUBELET_ADDRESS or the settings name one. Its certificate has to chain to \
      the anchors and to be for the node's name; a token goes to no other server. A flag is over the environment (the \
      LL_ names below), and that over the file.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case json, prometheus, openmetrics }

  @Option(help: "How to print it. (default: json)")
  var format: Format?

  @Flag(help: "Show it in the terminal, what is wrong first, until Ctrl-C.")
  var watch = false

  @Option(
    help: ArgumentHelp(
      "With --watch: the time between two readings, from 1 to 3600. LL_INTERVAL. (default: 2)",
      valueName: "seconds"), transform: interval)
  var interval: Duration?

  @OptionGroup var options: SettingsOptions

  func validate() throws {
    if watch, format != nil { throw ValidationError("--watch is for people; --format is for programs.") }
    if interval != nil, !watch { throw ValidationError("--interval is for --watch.") }
  }

  mutating func run() async throws {
    let settings = try options.resolved(interval: interval)
    let reader: NodeReader
    do throws(ReadError) {
      reader = try NodeReader(settings)
    } catch {
      Output.error.line("collect: error: \(error)")
      throw Exit.environment
    }
    if watch {
      try await WatchLoop(reader: reader, interval: settings.interval ?? .seconds(2)).run()
    } else {
      let snapshot = await reader.read()
      switch format ?? .json {
      case .json: Output.standard.write(Exposition.json(snapshot))
      case .prometheus: Output.standard.write(Exposition.prometheus(snapshot))
      case .openmetrics: Output.standard.write(Exposition.openMetrics(snapshot))
      }
    }
    await reader.close()
  }

  private static func interval(_ text: String) throws -> Duration {
    guard let interval = SettingValue.interval(text) else { throw ValidationError("From 1 to 3600 seconds.") }
    return interval
  }
}
