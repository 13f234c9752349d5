import Dispatch
import Foundation

/// `bao server`: runs until SIGTERM or SIGINT; SIGHUP reads the listener's certificate anew.
public enum ServerCommand {
  /// Runs a server with the paths of `-config`. Returns the exit status: 0 after a signal, 1 refused.
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
        Log.print(Array("flag provided but not defined: \(word)\n".utf8))
        return 1
      }
    }
    do throws(OpenBaoServer.Refusal) {
      let server = try await OpenBaoServer.start(
        paths: paths, faults: Environment.value(of: "OPENBAO_DOUBLE_FAULTS"))
      Log.print(Array("==> OpenBao server started! (a double)\n".utf8), to: 1)
      let signals = Signals([SIGTERM, SIGINT, SIGHUP])
      // Unstructured: a refusal ends the process from wherever it comes.
      let work = Task { () -> OpenBaoServer.Refusal? in
        do throws(OpenBaoServer.Refusal) {
          try await server.run()
          return nil
        } catch { return error }
      }
      let ending = Task {
        if let refusal = await work.value {
          Log("openbao").error("core", "failed to initialize", error: refusal.description)
          exit(1)
        }
      }
      for await number in signals.stream {
        guard number == SIGHUP else { break }
        try server.reload()
      }
      ending.cancel()
      await server.stop()
      return 0
    } catch {
      Log.print(Array((error.description + "\n").utf8))
      return 1
    }
  }
}

/// Signals as a stream.
final class Signals {
  let stream: AsyncStream<Int32>
  // Kept: a source that nobody holds is cancelled.
  private let sources: [any DispatchSourceSignal]

  init(_ numbers: [Int32]) {
    let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
    self.stream = stream
    sources = numbers.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { continuation.yield(number) }
      source.resume()
      return source
    }
  }
}
