import Foundation
import Glibc
import TestSupport

/// What a license takes, on this machine: doubles of OpenBao and of the key server, and the certificates of all; operators
/// and nodes are added to it. Everything ends with this object.
final class LicenseNetwork: Sendable {
  /// Where everything is.
  let folder: TemporaryFolder
  /// Where OpenBao's double listens.
  let openBaoPort: Int
  private let keyServerPort: Int
  private let doubles: [LicenseProgram]

  /// Whether the agent can be asked for its status here: it answers only root, or who is root in a user namespace.
  static let isPossible = getuid() == 0 || (try? Command(["unshare", "--user", "--map-root-user", "true"]).status) == 0

  /// What goes before each program that has to be root.
  static let asRoot = getuid() == 0 ? [] : ["unshare", "--user", "--map-root-user", "--"]

  init() throws {
    folder = try TemporaryFolder()
    openBaoPort = try FreePort.take()
    keyServerPort = try FreePort.take()
    for name in ["organisations", "licensees", "openbao", "r"] {
      try FileManager.default.createDirectory(
        at: folder.url.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    let path = { [folder] (name: String) in folder.url.appendingPathComponent(name).path }
    for name in ["vendor", "platform"] { try Self.authority(name, in: folder) }
    try Self.certify("key-server", host: "key-server.vendor.example", by: "vendor", in: folder)
    try Self.certify("ll-operator", host: "operator.platform.example", by: "platform", in: folder)
    try FileManager.default.copyItem(atPath: path("platform.pem"), toPath: path("licensees/platform.pem"))
    try folder.write(
      """
      [Licensee]
      Name=platform
      Mode=platform
      Organisation=org-acme 100 unlimited
      Lifetime=3600
      Grace=86400

      """, to: "entitlements.conf")
    doubles = [
      try LicenseProgram(
        [
          BuiltProgram.path("openbao-double"), "demo", "--folder", path("openbao"), "--listen",
          "127.0.0.1:\(openBaoPort)", "--organization", "acme=acme.example",
        ], log: folder.url.appendingPathComponent("openbao.log")),
      try LicenseProgram(
        [
          BuiltProgram.path("ll-operator-dev"), "keyserver", "--listen", "127.0.0.1:\(keyServerPort)", "--certificate",
          path("key-server.pem"), "--key", path("key-server.key"), "--licensees", path("licensees"), "--entitlements",
          path("entitlements.conf"),
        ], log: folder.url.appendingPathComponent("key-server.log")),
    ]
    try LicenseUnmet.within(60, "the doubles serve: \(doubles.map(\.said))") {
      ["openbao/ready", "entitlements.conf.signing-key.pub"].allSatisfy {
        FileManager.default.fileExists(atPath: path($0))
      }
    }
    try FileManager.default.copyItem(
      atPath: path("openbao/anchors/org-acme.pem"), toPath: path("organisations/org-acme.pem"))
    let token = try Command([
      BuiltProgram.path("openbao-double"), "token", "--folder", path("openbao"), "--node", "worker",
    ])
    try folder.write(token.output, to: "token")
  }

  /// Ends the doubles.
  func end() { for double in doubles { double.end() } }

  /// The path of a file in the folder.
  func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

  /// An operator that has its own state, and is not started yet. It shows nodes that certificate, and the key server its
  /// right one.
  func licenseOperator(
    _ name: String, _ settings: String = "HeartbeatInterval=2\nLeaseDuration=8\n",
    showing certificate: String = "ll-operator"
  ) throws
    -> LicenseOperatorProgram
  {
    try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: path("\(name)/keys"), withIntermediateDirectories: true)
    let port = try FreePort.take()
    try folder.write(
      """
      [Operator]
      Listen=127.0.0.1:\(port)
      Certificate=\(path("\(certificate).pem"))
      Key=\(path("\(certificate).key"))
      Organisations=\(path("organisations"))
      State=\(path("\(name)/state.json"))
      PinnedNames=org-acme
      BrakePercent=100
      \(settings)
      [KeyServer]
      Address=127.0.0.1:\(keyServerPort)
      ServerName=key-server.vendor.example
      Anchor=\(path("vendor.pem"))
      SigningKey=\(path("entitlements.conf.signing-key.pub"))
      Certificate=\(path("ll-operator.pem"))
      Key=\(path("ll-operator.key"))

      [Endorsement]
      Registered=\(path("\(name)/keys"))

      """, to: "\(name).conf")
    return LicenseOperatorProgram(folder: folder, name: name, port: port)
  }

  /// A node with its settings; nothing of it runs yet.
  /// - Parameters:
  ///   - port: where its operator is.
  ///   - openBaoPort: where OpenBao is, if the way there is not the straight one.
  ///   - tcti: how it reaches its TPM; without, its key is in a file.
  ///   - twin: the node whose name it has, if not its own.
  ///   - anchor: the authority whose operators it believes.
  func node(
    _ name: String, operatorAt port: Int, openBaoAt openBaoPort: Int? = nil, tcti: String? = nil, twin: String? = nil,
    role: String = "agent", believing anchor: String = "platform"
  ) throws -> LicenseNode {
    let node = LicenseNode(folder: folder, name: name, nodeName: "\(twin ?? name).acme.example")
    for place in ["nodes/\(name)", "r/\(name)"] {
      try FileManager.default.createDirectory(
        atPath: path(place), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }
    try folder.write(
      """
      [Agent]
      NodeName=\(node.nodeName)
      Operator=127.0.0.1:\(port)
      OperatorName=operator.platform.example
      OperatorAnchor=\(path("\(anchor).pem"))
      Listen=127.0.0.1:0
      StateDirectory=\(node.state)
      RuntimeDirectory=\(path("r/\(name)"))

      [OpenBao]
      Address=https://127.0.0.1:\(openBaoPort ?? self.openBaoPort)
      ServerName=openbao.platform.example
      Anchor=\(path("openbao/anchors/openbao.pem"))
      Mount=pki-org-acme
      Role=\(role)
      IssuerAnchor=\(path("openbao/anchors/org-acme.pem"))
      KubernetesRole=agent-acme
      KubernetesTokenFile=\(path("token"))
      KubernetesAudience=openbao
      \(tcti.map { "\n[TPM]\nTCTI=\($0)\n" } ?? "")
      """, to: "\(name).conf")
    return node
  }

  /// Asks OpenBao's double as its administrator, who may do everything; what it answers.
  @discardableResult
  func administer(_ method: String, _ path: String, _ body: String = "") throws -> String {
    func call(_ words: [String]) throws -> String {
      let answer = try Command(
        [
          "curl", "--silent", "--show-error", "--fail-with-body", "--cacert", self.path("openbao/anchors/openbao.pem"),
          "--cert", self.path("openbao/administrator.pem"), "--resolve",
          "openbao.platform.example:\(openBaoPort):127.0.0.1",
        ] + words)
      try LicenseUnmet.unless(answer.status == 0, "\(words): \(answer.output)\(answer.errors)")
      return answer.output
    }
    let base = "https://openbao.platform.example:\(openBaoPort)/v1/"
    let login = try call([base + "auth/cert/login", "--data", "{\"name\":\"administrator\"}"])
    let object = try JSONSerialization.jsonObject(with: Data(login.utf8)) as? [String: Any]
    let token = (object?["auth"] as? [String: Any])?["client_token"] as? String ?? ""
    return try call(
      ["--request", method, base + path, "--header", "X-Vault-Token: \(token)"]
        + (body.isEmpty ? [] : ["--data", body]))
  }

  /// An authority with that name for its files, and that common name, where it has another one.
  static func authority(_ name: String, calledAs commonName: String? = nil, in folder: TemporaryFolder) throws {
    try openssl(
      [
        "-days", "2", "-subj", "/CN=\(commonName ?? name)", "-addext", "basicConstraints=critical,CA:TRUE", "-addext",
        "keyUsage=critical,keyCertSign,cRLSign",
      ], name, folder)
  }

  /// A certificate with that name for its files and, where it has no other one, its common name.
  /// - Parameter key: the key's file; without, one is made.
  static func certify(
    _ name: String, calledAs commonName: String? = nil, host: String, key: String? = nil, by authority: String,
    in folder: TemporaryFolder
  ) throws {
    try openssl(
      [
        "-CA", "\(authority).pem", "-CAkey", "\(authority).key", "-days", "1", "-subj", "/CN=\(commonName ?? name)",
        "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "keyUsage=critical,digitalSignature", "-addext",
        "extendedKeyUsage=serverAuth,clientAuth", "-addext", "subjectAltName=DNS:\(host)",
      ], name, key: key, folder)
  }

  private static func openssl(
    _ words: [String], _ name: String, key: String? = nil, _ folder: TemporaryFolder
  ) throws {
    let pair =
      key.map { ["-key", $0] }
      ?? ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-keyout", "\(name).key"]
    let made = try Command(["openssl", "req", "-x509"] + pair + ["-out", "\(name).pem"] + words, in: folder.url)
    try LicenseUnmet.unless(made.status == 0, made.errors)
  }
}
