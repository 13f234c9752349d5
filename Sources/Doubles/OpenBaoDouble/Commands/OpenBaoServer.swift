import Foundation
import NIOSSL

/// A server of the double, inside this process: what `openbao-double server` runs, and what tests start.
public final class OpenBaoServer: Sendable {
  /// Why a server does not start, or ended; upstream's words where it has some.
  public struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// The words.
    public var description: String
  }

  private let node: Node
  private let listeners: [HTTPSServer]
  private let configuration: ServerConfiguration
  private let work: Task<Void, any Error>

  private init(
    node: Node, listeners: [HTTPSServer], configuration: ServerConfiguration, work: Task<Void, any Error>
  ) {
    self.node = node
    self.listeners = listeners
    self.configuration = configuration
    self.work = work
  }

  /// Starts a server with the configuration in `paths`: files, or folders with `*.hcl` files.
  ///
  /// - Parameter faults: the file with faults on demand; see the folder's README.
  public static func start(paths: [String], faults: String? = nil) async throws(Refusal) -> OpenBaoServer {
    do {
      let configuration = try ServerConfiguration.parse(try sources(paths))
      let seal = try SealKeys(configuration.seal)
      for peer in configuration.storage.peers {
        guard let anchors = peer.anchors else { continue }
        do throws(FileText.Fault) { _ = try FileText.bytes(of: anchors) } catch {
          throw Refusal(
            description:
              "Failed to initiate raft retry join, \"failed to create tls config to communicate with leader node: failed to read CA file: \(error)\""
          )
        }
      }
      let node: Node
      do { node = try Node(configuration, seal: seal, log: Log("openbao")) } catch {
        throw Refusal(description: "error initializing storage of type raft: \(error)")
      }
      let faults = Faults(path: faults)
      var listeners: [HTTPSServer] = []
      for listener in configuration.listeners {
        listeners.append(try await bind(listener, node, faults))
      }
      // Lives as long as the server: elections and joining are its own work, begun by no request.
      let work = Task { try await node.run() }
      return OpenBaoServer(node: node, listeners: listeners, configuration: configuration, work: work)
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw Refusal(description: "\(error)")
    }
  }

  /// The port that the first listener is bound to.
  public var port: Int { listeners.first?.port ?? 0 }

  /// Waits until the server ends by itself, which it only does to refuse: throws why.
  public func run() async throws(Refusal) {
    do { try await work.value } catch { throw Refusal(description: "\(error)") }
  }

  /// Reads the listeners' certificates anew, as upstream does on SIGHUP.
  public func reload() throws(Refusal) {
    for (listener, settings) in zip(listeners, configuration.listeners) {
      do { try listener.reload(try Self.tls(settings)) } catch { throw Refusal(description: "\(error)") }
    }
  }

  /// Carries a request out as root, inside this process: what tests and the demo prepare, and no client can ask for.
  /// - Parameter wrapSeconds: where given, the answer is wrapped for so long.
  public func administer(
    _ method: String, _ path: String, _ body: JSONValue = [:], namespace: String? = nil, wrapSeconds: Double? = nil
  ) async throws(Refusal) -> JSONValue {
    do {
      let answer = try await node.administer(method, path, body, namespace: namespace, wrapSeconds: wrapSeconds)
      guard case .json(let json) = answer.body else { return .null }
      return json
    } catch let error as APIError {
      throw Refusal(description: "\(method) \(path): \(error.status) \(error.messages.joined(separator: "; "))")
    } catch {
      throw Refusal(description: "\(method) \(path): \(error)")
    }
  }

  /// Whether it is unsealed and leads: requests are carried out.
  public var isReady: Bool { get async { await node.isServing } }

  /// Ends it.
  public func stop() async {
    work.cancel()
    for listener in listeners { await listener.close() }
    await node.close()
  }

  private static func sources(_ paths: [String]) throws -> [ServerConfiguration.Source] {
    guard !paths.isEmpty else { throw Refusal(description: "Must specify at least one config path using -config") }
    var found: [ServerConfiguration.Source] = []
    for path in paths {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
        throw Refusal(description: "error loading configuration from \(path): stat \(path): no such file or directory")
      }
      let files =
        isFolder.boolValue
        ? try FileManager.default.contentsOfDirectory(atPath: path).filter {
          $0.hasSuffix(".hcl") && !$0.hasPrefix(".")
        }
        .sorted().map { "\(path)/\($0)" } : [path]
      for file in files { found.append(.init(name: file, text: try FileText.contents(of: file))) }
    }
    return found
  }

  private static func bind(
    _ listener: ServerConfiguration.Listener, _ node: Node, _ faults: Faults
  ) async throws -> HTTPSServer {
    guard let address = HostPort(listener.address) else {
      throw Refusal(description: "bad address \(listener.address)")
    }
    let tls: TLSConfiguration
    do { tls = try self.tls(listener) } catch {
      throw Refusal(
        description:
          "Error parsing listener configuration.\nError initializing listener of type tcp: error loading TLS cert: \(error)"
      )
    }
    do {
      return try await HTTPSServer.bind(address, tls: tls, verifies: false) { call, chain in
        let reaction = await react(call, chain, node, faults)
        audit(call, reaction)
        return reaction
      }
    } catch {
      throw Refusal(
        description:
          "Error parsing listener configuration.\nError initializing listener of type tcp: listen tcp \(listener.address): bind: \(error)"
      )
    }
  }

  private static func react(
    _ call: HTTPCall, _ chain: [NIOSSLCertificate], _ node: Node, _ faults: Faults
  ) async -> HTTPSServer.Reaction {
    switch faults.action(for: String(call.path.dropFirst(4))) {
    case .status(let status):
      return .reply(HTTPReply(APIError(status, Faults.words(status)).response))
    case .hang: return .hang
    case .redirect(let url):
      var reply = HTTPReply(307)
      reply.headers["location"] = url + call.target
      return .reply(reply)
    case .delay(let seconds):
      do { try await Task.sleep(for: .milliseconds(Int(seconds * 1000))) } catch { return .hang }
    case .slow(let seconds): return .slow(await node.answer(call, chain: chain), seconds)
    case .truncate: return .truncated(await node.answer(call, chain: chain))
    case .other(let page): return .reply(page.reply)
    case nil: break
    }
    return .reply(await node.answer(call, chain: chain))
  }

  // As `audit "file" "stdout"` is rendered: what was asked and what came of it, and no secret.
  private static func audit(_ call: HTTPCall, _ reaction: HTTPSServer.Reaction) {
    guard let reply = reaction.reply, !call.path.hasPrefix("/v1/sys/health"),
      !call.path.hasPrefix("/v1/sys/seal-status")
    else { return }
    let line: JSONValue = [
      "type": "response", "request": ["operation": .string(call.method), "path": .string(call.path)],
      "response": ["status": .integer(reply.status)],
    ]
    guard let bytes = try? line.bytes() else { return }
    Log.print(bytes + [UInt8(ascii: "\n")], to: 1)
  }

  private static func tls(_ listener: ServerConfiguration.Listener) throws -> TLSConfiguration {
    let chain = PEMBlocks.all(try FileText.contents(of: listener.certificateFile)).filter { $0.type == "CERTIFICATE" }
    let keys = PEMBlocks.all(try FileText.contents(of: listener.keyFile)).filter { $0.type.hasSuffix("PRIVATE KEY") }
    guard !chain.isEmpty, let key = keys.first else { throw Refusal(description: "decoded PEM is blank") }
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: try chain.map { .certificate(try NIOSSLCertificate(bytes: Array($0.text.utf8), format: .pem)) },
      privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.text.utf8), format: .pem)))
    tls.minimumTLSVersion = listener.minimumTLS == "tls13" ? .tlsv13 : .tlsv12
    tls.certificateVerification = .optionalVerification
    // An image has no authorities of its own, and NIOSSL fails without.
    tls.trustRoots = .certificates([])
    return tls
  }
}

extension Node {
  /// Closes what it has opened.
  func close() async {
    isClosed = true
    await clusterServer?.close()
    clusterServer = nil
  }
}
