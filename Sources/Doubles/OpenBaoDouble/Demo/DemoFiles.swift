import Crypto
import Foundation
import SwiftASN1
import X509

/// The files of a demo server.
struct DemoFiles {
  static let serviceAccountKey = "service-account.key"

  let folder: String
  let listener: String

  /// Lays them; the authorities that OpenBao is to hold, by their engines' names.
  func lay(_ organizations: [OpenBaoDemo.Organization]) throws -> [String: DemoAuthority] {
    for name in ["anchors", "conf", "data", "approle"] {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(name)", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }
    let management = try DemoAuthority("management-cluster")
    let platform = try DemoAuthority("platform", below: management)
    var authorities = ["pki-platform": platform]
    for organization in organizations {
      let authority = try DemoAuthority("org-\(organization.name)", below: management, domain: organization.domain)
      authorities["pki-org-\(organization.name)"] = authority
      try write(authority.twin.pem + "\n", to: "anchors/org-\(organization.name).pem")
    }
    try write(platform.twin.pem + "\n", to: "anchors/openbao.pem")
    try write(platform.twin.pem + "\n", to: "anchors/platform.pem")
    let names: [GeneralName] = [
      .dnsName(OpenBaoDemo.serverName), .dnsName("localhost"), .ipAddress(.init(contentBytes: [127, 0, 0, 1])),
    ]
    try write(platform.leaf(OpenBaoDemo.serverName, names: names, isServer: true), to: "listener.pem")
    try write(platform.leaf("administrator", isServer: false), to: "administrator.pem")
    let key = P256.Signing.PrivateKey()
    try write(key.pemRepresentation + "\n", to: Self.serviceAccountKey)
    try write(key.publicKey.pemRepresentation + "\n", to: "service-account.pub")
    try write(Hex.colons(Random.bytes(32)).replacing(":", with: ""), to: "static-seal.key")
    try write("# PREFIX ACTION [COUNT], as the double's README has them\n", to: "faults")
    try write(configuration, to: "conf/openbao.hcl")
    return authorities
  }

  private func write(_ text: String, to name: String) throws {
    try FileText.replace("\(folder)/\(name)", with: Array(text.utf8), mode: 0o600)
  }

  // Its initialisation does nothing that matters: what is stored is written afterwards, from inside.
  private var configuration: String {
    let host = HostPort(listener)?.host ?? "127.0.0.1"
    return """
      cluster_name = "demo"
      api_addr = "https://\(listener)"
      cluster_addr = "https://\(host):1"

      storage "raft" {
        path = "\(folder)/data"
        node_id = "demo"
        performance_multiplier = 1
      }

      listener "tcp" {
        address = "\(listener)"
        cluster_address = "\(host):0"
        tls_cert_file = "\(folder)/listener.pem"
        tls_key_file = "\(folder)/listener.pem"
      }

      seal "static" {
        current_key_id = "demo"
        current_key = "file://\(folder)/static-seal.key"
      }

      initialize "logins" {
        request "enable_cert" {
          operation = "update"
          path = "sys/auth/cert"
          data = {
            type = "cert"
          }
        }
      }

      """
  }
}
