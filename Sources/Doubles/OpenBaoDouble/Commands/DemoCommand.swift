import Foundation

/// `openbao-double demo` and `openbao-double token`.
public enum DemoCommand {
  private struct Usage: Error { var words: String }

  /// Serves until SIGTERM or SIGINT; `--folder DIR --listen HOST:PORT [--organization NAME=DOMAIN]…`. Returns the exit status.
  public static func run(_ arguments: [String]) async -> Int32 {
    do {
      let options = try options(arguments, ["--folder", "--listen", "--organization"])
      guard let folder = options["--folder"]?.last, let listener = options["--listen"]?.last else {
        throw Usage(words: "demo --folder DIR --listen 127.0.0.1:PORT [--organization NAME=DOMAIN]…")
      }
      let organizations = try (options["--organization"] ?? ["acme=acme.example"]).map { text in
        let parts = text.split(separator: "=").map(String.init)
        guard parts.count == 2 else { throw Usage(words: "\(text) is not NAME=DOMAIN") }
        return OpenBaoDemo.Organization(name: parts[0], domain: parts[1])
      }
      let signals = Signals([SIGTERM, SIGINT])
      let demo = try await OpenBaoDemo.start(
        folder: URL(fileURLWithPath: folder).path, listener: listener, organizations: organizations)
      Log.print(Array("THIS IS A DOUBLE OF OpenBao; it serves at \(demo.address)\n".utf8), to: 1)
      for await _ in signals.stream { break }
      await demo.stop()
      return 0
    } catch let usage as Usage {
      Log.print(Array((usage.words + "\n").utf8))
      return 2
    } catch {
      Log.print(Array("\(error)\n".utf8))
      return 1
    }
  }

  /// Prints a service account's token that the demo in `--folder DIR` takes; `[--node NAME] [--audience A] [--seconds N]`.
  public static func token(_ arguments: [String]) -> Int32 {
    do {
      let options = try options(arguments, ["--folder", "--node", "--audience", "--seconds"])
      guard let folder = options["--folder"]?.last else { throw Usage(words: "token --folder DIR [--node NAME]") }
      let token = try OpenBaoDemo.serviceAccountToken(
        folder: folder, namespace: "low-layer", name: "ll-agent",
        audience: options["--audience"]?.last ?? OpenBaoDemo.audience, node: options["--node"]?.last ?? "worker-1",
        lifetime: options["--seconds"]?.last.flatMap { Int($0) } ?? 3600)
      Log.print(Array((token + "\n").utf8), to: 1)
      return 0
    } catch let usage as Usage {
      Log.print(Array((usage.words + "\n").utf8))
      return 2
    } catch {
      Log.print(Array("\(error)\n".utf8))
      return 1
    }
  }

  private static func options(_ arguments: [String], _ known: Set<String>) throws -> [String: [String]] {
    var found: [String: [String]] = [:]
    var rest = arguments[...]
    while let name = rest.popFirst() {
      guard known.contains(name), let value = rest.popFirst() else { throw Usage(words: "unexpected \(name)") }
      found[name, default: []].append(value)
    }
    return found
  }
}
