import Foundation

/// A second socket to a ``SoftwareTPM`` through which each byte is recorded on its way, and which can break at a chosen
/// command.
public final class RecordedTPMLine: @unchecked Sendable {
  /// A command and its response as they passed.
  public struct Exchange: Sendable, Hashable {
    /// The command, header included.
    public var command: [UInt8]
    /// The response, header included; empty where none came.
    public var response: [UInt8]

    /// The command's number (TPM_CC).
    public var code: UInt32 { command[6..<10].reduce(0) { $0 << 8 | UInt32($1) } }
  }

  private let folder: TemporaryFolder
  private let target: String
  private let listeners: [UnixSocket]
  private let lock = NSLock()
  // Guarded by `lock`.
  private var passed: [Exchange] = []
  private var commandsUntilCut: Int?
  private var losesResponse = false
  private var connections: [UnixSocket] = []
  private var heldCode: UInt32?
  private var hasHeld = false
  private let gate = DispatchSemaphore(value: 0)

  init(to target: String) throws {
    self.target = target
    folder = try TemporaryFolder()
    let path = folder.url.appendingPathComponent("line").path
    listeners = [try UnixSocket(listeningAt: path), try UnixSocket(listeningAt: path + ".ctrl")]
    for (listener, suffix, isData) in [(listeners[0], "", true), (listeners[1], ".ctrl", false)] {
      // Weak: the thread must not keep the object whose end ends it.
      Thread.detachNewThread { [weak self] in
        while let client = listener.accept() {
          guard let self else { return client.close() }
          self.serve(client, target + suffix, isData)
        }
        listener.close()
      }
    }
  }

  deinit {
    for listener in listeners { listener.shutDown() }
    for connection in connections { connection.shutDown() }
  }

  /// How it is reached: `swtpm:path=…`.
  public var tcti: String { "swtpm:path=\(folder.url.appendingPathComponent("line").path)" }

  /// All that passed so far, in order.
  public var exchanges: [Exchange] { locked { passed } }

  /// Whether `bytes` passed, in one piece, in either direction.
  public func contains(_ bytes: [UInt8]) -> Bool {
    let wanted = Data(bytes)
    return exchanges.contains {
      Data($0.command).range(of: wanted) != nil || Data($0.response).range(of: wanted) != nil
    }
  }

  /// Forgets what passed.
  public func clear() { locked { passed = [] } }

  /// Lets `commands` more pass, and then breaks all connections, once: before the last response is passed on where
  /// `losingResponse`, else when the next command arrives. New connections work.
  public func cut(after commands: Int, losingResponse: Bool = false) {
    locked { (commandsUntilCut, losesResponse) = (commands, losingResponse) }
  }

  /// Keeps back the TPM's answer to the next command with that number, so that whoever sent it stands still with all
  /// that it holds, until ``letGo()``.
  public func hold(_ code: UInt32) { locked { (heldCode, hasHeld) = (code, false) } }

  /// Whether such an answer is being kept back.
  public var isHolding: Bool { locked { hasHeld } }

  /// Passes on what was kept back.
  public func letGo() {
    let wasHeld = locked {
      defer { (heldCode, hasHeld) = (nil, false) }
      return hasHeld
    }
    if wasHeld { gate.signal() }
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return body()
  }

  private func serve(_ client: UnixSocket, _ path: String, _ isData: Bool) {
    guard let server = try? UnixSocket(connectedTo: path) else { return client.close() }
    locked { connections += [client, server] }
    Thread.detachNewThread { [weak self] in
      if isData {
        while let self, self.passExchange(client, server) {}
      } else {
        // The control channel: a 32-bit command and its answer.
        while true {
          let request = client.read()
          guard !request.isEmpty, server.write(request) else { break }
          let answer = server.read()
          guard !answer.isEmpty, client.write(answer) else { break }
        }
      }
      self?.locked {
        self?.connections.removeAll { $0.descriptor == client.descriptor || $0.descriptor == server.descriptor }
      }
      client.close()
      server.close()
    }
  }

  private func passExchange(_ client: UnixSocket, _ server: UnixSocket) -> Bool {
    guard let command = Self.message(client) else { return false }
    let isCut = locked {
      guard commandsUntilCut == 0 else { return false }
      commandsUntilCut = nil
      return true
    }
    if isCut { return false }
    locked { passed.append(Exchange(command: command, response: [])) }
    guard server.write(command), let response = Self.message(server) else { return false }
    let isHeld = locked {
      hasHeld = heldCode == passed[passed.count - 1].code
      return hasHeld
    }
    if isHeld { gate.wait() }
    let isLost = locked {
      passed[passed.count - 1].response = response
      commandsUntilCut = commandsUntilCut.map { $0 - 1 }
      guard losesResponse, commandsUntilCut == 0 else { return false }
      commandsUntilCut = nil
      return true
    }
    return !isLost && client.write(response)
  }

  // A command or response: its header's second field is its size.
  private static func message(_ socket: UnixSocket) -> [UInt8]? {
    guard let header = socket.readFully(10) else { return nil }
    let size = header[2..<6].reduce(0) { $0 << 8 | Int($1) }
    guard size >= 10, let rest = socket.readFully(size - 10) else { return nil }
    return header + rest
  }
}
