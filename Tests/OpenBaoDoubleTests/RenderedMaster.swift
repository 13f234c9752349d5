import Foundation
import SwiftASN1
import TestSupport
import X509

/// A master as it is rendered (`images/master/expected/bootstrap`), on loopback and in a folder: its server's and its agent's
/// configuration, what its TPM has released, and issuers of these tests' own.
final class RenderedMaster {
  static let issuers = ["kubernetes", "etcd", "front-proxy", "platform", "bootstrap"]
  static let domain = "nodes.example.internal"

  /// What the masters of one cluster share.
  struct Desk {
    let authorities: [String: TestAuthority]
    let sealKey = Data((0..<32).map { _ in UInt8.random(in: 0...255) })

    init() throws {
      authorities = try Dictionary(uniqueKeysWithValues: RenderedMaster.issuers.map { ($0, try TestAuthority($0)) })
    }

    func authority(_ name: String) throws -> TestAuthority {
      guard let found = authorities[name] else { throw CocoaError(.featureUnsupported) }
      return found
    }
  }

  let folder: TemporaryFolder
  let desk: Desk
  let number: Int
  let ports: [Int: (api: Int, cluster: Int)]

  /// Master `number` of those that `ports` names; 1 is the one that initialises.
  init(_ number: Int = 1, desk: Desk? = nil, ports: [Int: (api: Int, cluster: Int)]? = nil) throws {
    self.number = number
    self.desk = try desk ?? Desk()
    self.ports = try ports ?? Self.freePorts(for: [1])
    folder = try TemporaryFolder()
    try lay()
  }

  static func freePorts(for masters: [Int]) throws -> [Int: (api: Int, cluster: Int)] {
    Dictionary(uniqueKeysWithValues: try masters.map { ($0, (try FreePort.take(), try FreePort.take())) })
  }

  func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }
  var address: String { "https://127.0.0.1:\(ports[number]?.api ?? 0)" }

  private func lay() throws {
    for name in ["data", "pki"] {
      try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
    }
    for (name, authority) in desk.authorities {
      try folder.write(authority.anchor, to: "anchors/\(name).pem")
      try folder.write(authority.bundle, to: "run/issuer-\(name).pem")
    }
    let bootstrap = try desk.authority("bootstrap")
    try folder.write(bootstrap.anchor + desk.authority("platform").anchor, to: "anchors/openbao.pem")
    let names: [GeneralName] = [
      .dnsName("master-\(number).\(Self.domain)"), .dnsName("openbao.\(Self.domain)"),
      .ipAddress(.init(contentBytes: [127, 0, 0, 1])),
    ]
    try folder.write(
      bootstrap.leaf("master-\(number).\(Self.domain)", names: names, isServer: true), to: "run/listener.pem")
    try folder.write(bootstrap.leaf("master-\(number)", unit: "master"), to: "login/login.pem")
    try folder.write(bootstrap.leaf("alice", unit: "administrator"), to: "login/administrator.pem")
    try folder.write(bootstrap.leaf("worker-1", unit: "worker"), to: "login/worker.pem")
    try desk.sealKey.write(to: folder.url.appendingPathComponent("run/static-seal.key"))
    try folder.write("not a key\n", to: "run/service-account.key")
    try folder.write("not a key either\n", to: "run/service-account.pub")
    try folder.write("c2VjcmV0Ym94", to: "run/etcd-encryption.key")
    try folder.write(server, to: "conf/openbao.hcl")
    if number == 1 { try folder.write(selfInitialisation, to: "conf/self-init.hcl") }
    try folder.write(agent, to: "agent.hcl")
  }

  private static func golden(_ path: String) throws -> String {
    let url = SharedFolder.checkout.appendingPathComponent("images/master/expected/bootstrap/etc/\(path)")
    return String(decoding: try Data(contentsOf: url), as: UTF8.self)
  }

  private func adapted(_ text: String) -> String {
    var text = text
    for (old, new) in [
      ("/var/lib/openbao", "data"), ("/run/ll/openbao", "run"), ("/etc/ll/anchors", "anchors"),
      ("/run/ll/login", "login"), ("/etc/kubernetes/pki", "pki"),
    ] { text = text.replacingOccurrences(of: old, with: path(new)) }
    return text
  }

  /// `openbao.hcl`, with the peers that there are.
  var server: String {
    get throws {
      var text = adapted(try Self.golden("openbao/openbao.hcl"))
      if number != 1 {
        text = text.replacingOccurrences(of: "10.20.0.11", with: "@").replacingOccurrences(
          of: "10.20.0.1\(number)", with: "10.20.0.11"
        ).replacingOccurrences(of: "@", with: "10.20.0.1\(number)")
        text = text.replacingOccurrences(of: "master-1", with: "@").replacingOccurrences(
          of: "master-\(number)", with: "master-1"
        ).replacingOccurrences(of: "@", with: "master-\(number)")
      }
      for other in 1...3 {
        let own = ports[other]
        for (old, port) in [("8200", own?.api), ("8201", own?.cluster)] {
          text = text.replacingOccurrences(of: "10.20.0.1\(other):\(old)", with: "127.0.0.1:\(port ?? 1)")
        }
      }
      // A cluster of one: nobody to join.
      if ports.count == 1, let range = text.range(of: "  retry_join {"), let end = text.range(of: "\n}\n\nlistener") {
        text.removeSubrange(range.lowerBound..<end.lowerBound)
      }
      return text
    }
  }

  var selfInitialisation: String { get throws { adapted(try Self.golden("openbao-bootstrap/self-init.hcl")) } }

  var agent: String {
    get throws {
      adapted(try Self.golden("openbao-agent/agent.hcl")).replacingOccurrences(
        of: "https://127.0.0.1:8200", with: address)
    }
  }

  /// `ll-agent.conf`; the key is in a file.
  var nodeAgent: String {
    get throws {
      adapted(try Self.golden("ll-agent/ll-agent.conf")).replacingOccurrences(
        of: "https://127.0.0.1:8200", with: address
      ).replacingOccurrences(of: "[TPM]\nTCTI=device:/dev/tpmrm0\n", with: "")
    }
  }

  /// Changes one of its files; the text must be there.
  func change(_ file: String, _ old: String, to new: String) throws {
    let text = try folder.text(file)
    guard let range = text.range(of: old) else { throw CocoaError(.fileReadCorruptFile) }
    try folder.write(text.replacingCharacters(in: range, with: new), to: file)
  }
}
