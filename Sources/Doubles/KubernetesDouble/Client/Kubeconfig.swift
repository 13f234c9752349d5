/// A kubeconfig's current context, with the files that it names read.
struct Kubeconfig: Sendable {
  /// The API server's base URL, without a last slash.
  let server: String
  let anchors: Anchors
  let identity: Identity
  /// The API through this kubeconfig.
  let client: KubeClient

  private static let shape = Shape.object([
    "apiVersion": .string, "kind": .string, "current-context": .string, "preferences": .any,
    "clusters": .list(
      .object([
        "name": .string,
        "cluster": .object([
          "server": .string, "certificate-authority": .string, "certificate-authority-data": .string,
          "tls-server-name": .string, "insecure-skip-tls-verify": .bool, "proxy-url": .string,
          "disable-compression": .bool,
        ]),
      ])),
    "users": .list(
      .object([
        "name": .string,
        "user": .object([
          "client-certificate": .string, "client-certificate-data": .string, "client-key": .string,
          "client-key-data": .string, "token": .string, "tokenFile": .string,
        ]),
      ])),
    "contexts": .list(
      .object([
        "name": .string, "context": .object(["cluster": .string, "user": .string, "namespace": .string]),
      ])),
  ])

  init(_ path: String) throws(Refusal) {
    let text: String
    do throws(Refusal) {
      text = try HostFile.text(path)
    } catch {
      throw Refusal("error loading config file \"\(path)\": \(error)")
    }
    let document: JSON
    do throws(Refusal) {
      document = try YAMLText.document(text)
    } catch {
      throw Refusal("error loading config file \"\(path)\": \(error)")
    }
    guard document["kind"].string == "Config", document["apiVersion"].string == "v1" else {
      throw Refusal(
        "error loading config file \"\(path)\": no kind \"\(document["kind"].string ?? "")\" is registered for the "
          + "internal version of group \"\" in scheme")
    }
    if let refusal = Refusal.aggregate(Self.shape.faults(of: document, in: "Config")) {
      throw Refusal("error loading config file \"\(path)\": \(refusal)")
    }
    func named(_ list: String, _ name: String) -> JSON? {
      (document[list].items ?? []).first { $0["name"].string == name }
    }
    let current = document["current-context"].string ?? ""
    guard let context = named("contexts", current)?["context"] else {
      throw Refusal("invalid configuration: context was not found for specified context: \(current)")
    }
    let clusterName = context["cluster"].string ?? ""
    let userName = context["user"].string ?? ""
    guard let cluster = named("clusters", clusterName)?["cluster"] else {
      throw Refusal("invalid configuration: cluster \"\(clusterName)\" was not found for context \"\(current)\"")
    }
    guard let user = named("users", userName)?["user"] else {
      throw Refusal("invalid configuration: user \"\(userName)\" was not found for context \"\(current)\"")
    }
    let server = cluster["server"].string ?? ""
    guard server.hasPrefix("https://") else {
      throw Refusal("invalid configuration: no https server found for cluster \"\(clusterName)\"")
    }
    self.server = server.hasSuffix("/") ? String(server.dropLast()) : server
    anchors = try Self.anchors(cluster["certificate-authority"].string ?? "", clusterName)
    identity = try Self.identity(user, userName)
    client = KubeClient(server: self.server, client: HTTPClient(.kept, anchors: anchors, identity: identity))
  }

  private static func anchors(_ path: String, _ cluster: String) throws(Refusal) -> Anchors {
    do throws(Refusal) {
      return try Anchors(path, for: "certificate authority")
    } catch {
      throw Refusal(
        "invalid configuration: unable to read certificate-authority \(path) for \(cluster) due to \(error)")
    }
  }

  private static func identity(_ user: JSON, _ name: String) throws(Refusal) -> Identity {
    let certificate = user["client-certificate"].string ?? ""
    let key = user["client-key"].string ?? ""
    do throws(Refusal) {
      return try Identity(certificateFile: certificate, keyFile: key)
    } catch {
      throw Refusal("invalid configuration: unable to read client-cert \(certificate) for \(name) due to \(error)")
    }
  }
}
