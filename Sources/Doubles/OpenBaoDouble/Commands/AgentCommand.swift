import Foundation
import Glibc

/// `bao agent`: logs in, renders its templates, renews.
public enum AgentCommand {
  /// Runs until SIGTERM or SIGINT. Returns the exit status: 0 after a signal, 1 refused or given up.
  public static func run(_ arguments: [String]) async -> Int32 {
    var paths: [String] = []
    var rest = arguments[...]
    while let word = rest.popFirst() {
      let name = word.hasPrefix("--") ? String(word.dropFirst(1)) : word
      if name.hasPrefix("-config=") {
        paths.append(String(name.dropFirst(8)))
      } else if name == "-config", let path = rest.popFirst() {
        paths.append(path)
      } else {
        return refuse("flag provided but not defined: \(word)")
      }
    }
    guard let path = paths.first, paths.count == 1 else {
      return refuse("Must specify exactly one config path using -config")
    }
    let log = Log("openbao-agent")
    do {
      let configuration = try AgentConfiguration.parse(try FileText.contents(of: path), file: path)
      let client = try AgentClient(configuration, log: log)
      log.info("agent", "==> OpenBao Agent started! (a double)")
      let signals = Signals([SIGTERM, SIGINT])
      let (results, continuation) = AsyncStream.makeStream(of: Int32.self)
      // Unstructured: whichever ends first, a signal or the work, ends the program.
      let work = Task {
        do {
          try await run(configuration, client, log)
          continuation.yield(0)
        } catch {
          log.error("agent", "runtime error encountered", error: "\(error)")
          continuation.yield(1)
        }
      }
      let stopping = Task { for await _ in signals.stream { continuation.yield(0) } }
      var status: Int32 = 1
      for await result in results {
        status = result
        break
      }
      work.cancel()
      stopping.cancel()
      await client.giveUp()
      return status
    } catch {
      return refuse("\(error)")
    }
  }

  private static func refuse(_ words: String) -> Int32 {
    Log.print(Array((words + "\n").utf8))
    return 1
  }

  /// Each template by itself: one that fails holds up no other.
  private static func run(_ configuration: AgentConfiguration, _ client: AgentClient, _ log: Log) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await client.keepLoggedIn() }
      let templates = AgentTemplates(client: client, staticSecretInterval: configuration.staticSecretInterval)
      for template in configuration.templates {
        group.addTask { try await keep(template, templates, configuration.exitOnRetryFailure, log) }
      }
      do { try await group.next() } catch {
        await client.giveUp()
        throw error
      }
    }
  }

  // Attempts and waits as consul-template has them: 12, from a second doubling up to a minute.
  private static func keep(
    _ template: AgentConfiguration.Template, _ templates: AgentTemplates, _ exits: Bool, _ log: Log
  ) async throws {
    var attempts = 0
    while true {
      let pause: Double
      do {
        let rendering = try await templates.render(template, now: Date())
        try write(rendering.text, template, log)
        attempts = 0
        pause = max(1, rendering.next.timeIntervalSinceNow)
      } catch let error as CancellationError {
        throw error
      } catch let error as GoTemplateError {
        // What no second try can mend, upstream does not try again.
        throw GoTemplateError("template server: (dynamic): execute: template: \(error)")
      } catch let error as FileText.Fault {
        throw GoTemplateError("template server: error rendering \"(dynamic)\" => \"\(template.destination)\": \(error)")
      } catch {
        attempts += 1
        guard attempts <= 12 else {
          guard exits else { return try await Task.sleep(for: .seconds(3600)) }
          throw GoTemplateError("template server: \(error): exceeded maximum retries")
        }
        pause = min(pow(2, Double(attempts - 1)), 60)
        log.warn(
          "template", "(view) \(template.destination) (retry attempt \(attempts) after \"\(Int(pause))s\")",
          error: "\(error)")
      }
      try await Task.sleep(for: .milliseconds(Int(min(pause, 86400) * 1000)))
    }
  }

  private static func write(_ text: String, _ template: AgentConfiguration.Template, _ log: Log) throws {
    let path = template.destination
    if let old = try? FileText.contents(of: path), old == text {
      if chmod(path, template.mode) == 0 { return }
    }
    let folder = (path as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileText.replace(path, with: Array(text.utf8), mode: template.mode)
    log.info("template", "rendered \"(dynamic)\" => \"\(path)\"")
  }
}
