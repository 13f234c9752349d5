import Dispatch
import Glibc

/// A program run to its end beside everything else.
enum ChildProcess {
  struct Outcome: Sendable, Hashable {
    /// The exit status; 128 and the signal's number where one ended it.
    var status: Int
    /// Both of its streams.
    var output: String
  }

  static func run(_ words: [String]) async throws(Refusal) -> Outcome {
    let outcome: Result<Outcome, Refusal> = await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        do throws(Refusal) {
          continuation.resume(returning: .success(try runWaiting(words)))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
    return try outcome.get()
  }

  private static func runWaiting(_ words: [String]) throws(Refusal) -> Outcome {
    let process = try SpawnedProcess(words, keepsOutput: true)
    defer { close(process.output) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(process.output, &buffer, buffer.count)
      if count > 0 {
        bytes += buffer[..<count]
      } else if count == 0 || errno != EINTR {
        break
      }
    }
    return Outcome(status: process.wait(), output: String(decoding: bytes, as: UTF8.self))
  }
}
