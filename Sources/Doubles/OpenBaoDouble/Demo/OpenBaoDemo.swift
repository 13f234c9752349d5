import Crypto
import Foundation
import X509

/// A server of the double with an authority for each of some organisations, and with the logins that agents have: for tests and
/// the demo. Everything is made in a folder: the server's own authority, the issuers' anchors, keys that nothing protects.
public final class OpenBaoDemo: Sendable {
  /// An organisation: its name, and the domain that its authority is bound to.
  public struct Organization: Sendable, Hashable {
    /// Such as `acme`: its engine is `pki-org-acme`, its logins' roles `agent-acme`.
    public var name: String
    /// Such as `acme.example`.
    public var domain: String

    /// An organisation.
    public init(name: String, domain: String) {
      self.name = name
      self.domain = domain
    }
  }

  /// The name that the server's certificate has, beside `localhost` and 127.0.0.1.
  public static let serverName = "openbao.platform.example"
  /// The audience of service account tokens.
  public static let audience = "openbao"
  /// The name that is put into `ready`, the file that is there once requests are carried out.
  public static let readyFile = "ready"

  /// Where everything is.
  public let folder: String
  /// `HOST:PORT` of the listener.
  public let listener: String
  /// The server.
  public let server: OpenBaoServer

  private init(folder: String, listener: String, server: OpenBaoServer) {
    self.folder = folder
    self.listener = listener
    self.server = server
  }

  /// Where clients connect to.
  public var address: String { "https://\(listener)" }
  /// The PEM file with the anchor of the server's certificate.
  public var serverAnchors: String { path("anchors/openbao.pem") }
  /// The file with faults on demand: see the README.
  public var faultsFile: String { path("faults") }
  /// The PEM file with the anchor of an organisation's authority, its self-signed twin.
  public func anchors(of organization: String) -> String { path("anchors/org-\(organization).pem") }
  /// A file of the folder.
  public func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// Starts a server. A folder that has one already is used again, with all that it stores.
  /// - Parameter listener: `HOST:PORT` of loopback.
  public static func start(
    folder: String, listener: String, organizations: [Organization]
  ) async throws(OpenBaoServer.Refusal) -> OpenBaoDemo {
    do {
      let isNew = !FileManager.default.fileExists(atPath: "\(folder)/conf/openbao.hcl")
      try? FileManager.default.removeItem(atPath: "\(folder)/\(readyFile)")
      let files = DemoFiles(folder: folder, listener: listener)
      let authorities = isNew ? try files.lay(organizations) : [:]
      let server = try await OpenBaoServer.start(paths: ["\(folder)/conf"], faults: "\(folder)/faults")
      let demo = OpenBaoDemo(folder: folder, listener: listener, server: server)
      do {
        try await demo.waitUntilReady()
        if isNew { try await DemoContents(demo: demo, authorities: authorities).store(organizations) }
        try Data((demo.address + "\n").utf8).write(to: URL(fileURLWithPath: demo.path(readyFile)), options: .atomic)
      } catch {
        await server.stop()
        throw error
      }
      return demo
    } catch let refusal as OpenBaoServer.Refusal {
      throw refusal
    } catch {
      throw OpenBaoServer.Refusal(description: "\(error)")
    }
  }

  private func waitUntilReady() async throws {
    for _ in 0..<1200 {
      if await server.isReady { return }
      try await Task.sleep(for: .milliseconds(25))
    }
    throw OpenBaoServer.Refusal(description: "the server was not ready within 30 s")
  }

  /// Ends the server. What it stores stays.
  public func stop() async {
    try? FileManager.default.removeItem(atPath: path(Self.readyFile))
    await server.stop()
  }

  /// A token of a service account, as the kubelet projects it, that the server takes as Kubernetes' own.
  public func serviceAccountToken(
    namespace: String = "low-layer", name: String = "ll-agent", audience: String = OpenBaoDemo.audience,
    node: String = "worker-1", lifetime: Int = 3600
  ) throws -> String {
    try Self.serviceAccountToken(
      folder: folder, namespace: namespace, name: name, audience: audience, node: node, lifetime: lifetime)
  }

  /// The same for the server of another process, by its folder.
  public static func serviceAccountToken(
    folder: String, namespace: String, name: String, audience: String, node: String, lifetime: Int
  ) throws -> String {
    let key = try P256.Signing.PrivateKey(
      pemRepresentation: try FileText.contents(of: "\(folder)/\(DemoFiles.serviceAccountKey)"))
    let now = Int(Date().timeIntervalSince1970)
    return try WebToken.signed(
      [
        "iss": "https://kubernetes.default.svc.cluster.local", "iat": .integer(now), "nbf": .integer(now - 10),
        "exp": .integer(now + lifetime), "aud": [.string(audience)],
        "sub": .string("system:serviceaccount:\(namespace):\(name)"),
        "kubernetes.io": [
          "namespace": .string(namespace), "node": ["name": .string(node), "uid": .string("uid-of-\(node)")],
          "pod": ["name": .string("\(name)-\(node)"), "uid": .string("uid-of-pod-\(node)")],
          "serviceaccount": ["name": .string(name), "uid": .string("uid-of-\(namespace)-\(name)")],
        ],
      ], by: key)
  }

  /// A wrapping token for a secret id of the organisation's AppRole.
  public func wrappedSecretID(of organization: String, seconds: Double = 86_400) async throws -> String {
    let answer = try await server.administer(
      "POST", "auth/approle/role/agent-\(organization)/secret-id", wrapSeconds: seconds)
    return answer[key: "wrap_info"][key: "token"].text ?? ""
  }
}
