import Foundation
import TestSupport

/// Python's own web server over a folder, on loopback, for as long as this object or this process lives.
final class LoopbackMirror: Sendable {
  let address: String
  private let process: Process
  private let input: Pipe

  /// Serves `folder`; over TLS where a certificate and its key are given, as PEM files.
  init(of folder: URL, certificate: String? = nil, key: String? = nil) throws {
    let process = Process()
    let input = Pipe()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // It ends when its standard input does, which this process's end sees to, however it comes.
    let script = """
      import functools, http.server, ssl, sys, threading
      handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
      handler.func.log_message = lambda *a: None
      server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
      if len(sys.argv) > 2:
          context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
          context.load_cert_chain(sys.argv[2], sys.argv[3])
          server.socket = context.wrap_socket(server.socket, server_side=True)
      threading.Thread(target=server.serve_forever, daemon=True).start()
      print(server.server_port, flush=True)
      sys.stdin.read()
      """
    process.arguments = ["python3", "-c", script, folder.path] + [certificate, key].compactMap { $0 }
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    address =
      "\(certificate == nil ? "http" : "https")://127.0.0.1:\(line.trimmingCharacters(in: .whitespacesAndNewlines))"
    self.process = process
    self.input = input
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }
}
