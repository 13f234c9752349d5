import Foundation
import TestSupport

/// Python's own web server over a folder, on loopback, for as long as this object or this process lives.
final class LoopbackMirror: Sendable {
  let address: String
  private let process: Process
  private let input: Pipe

  init(of folder: URL) throws {
    let process = Process()
    let input = Pipe()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // It ends when its standard input does, which this process's end sees to, however it comes.
    let script = """
      import functools, http.server, sys, threading
      handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
      handler.func.log_message = lambda *a: None
      server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
      threading.Thread(target=server.serve_forever, daemon=True).start()
      print(server.server_port, flush=True)
      sys.stdin.read()
      """
    process.arguments = ["python3", "-c", script, folder.path]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    address = "http://127.0.0.1:\(line.trimmingCharacters(in: .whitespacesAndNewlines))"
    self.process = process
    self.input = input
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }
}
