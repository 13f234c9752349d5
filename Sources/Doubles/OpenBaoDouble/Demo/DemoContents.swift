import Foundation
import X509

/// What a demo server stores: an engine with a role `agent` for each authority, the logins that lead to it, and nothing else.
struct DemoContents {
  let demo: OpenBaoDemo
  let authorities: [String: DemoAuthority]

  func store(_ organizations: [OpenBaoDemo.Organization]) async throws {
    let publicKey = try FileText.contents(of: demo.path("service-account.pub"))
    for type in ["approle", "kubernetes"] { try await write("sys/auth/\(type)", ["type": .string(type)]) }
    try await write(
      "auth/kubernetes/config",
      [
        "kubernetes_host": "https://kubernetes.default.svc", "pem_keys": [.string(publicKey)],
        "disable_local_ca_jwt": true, "kubernetes_ca_cert": .string(publicKey),
      ])
    try await engine("pki-platform", domain: "platform.example")
    for organization in organizations {
      try await engine("pki-org-\(organization.name)", domain: organization.domain)
      try await logins(organization)
    }
    try await write(
      "sys/policies/acl/administrator",
      ["policy": "path \"*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\", \"list\", \"sudo\"] }"])
    try await write(
      "auth/cert/certs/administrator",
      [
        "certificate": .string(FileText.contents(of: demo.path("anchors/platform.pem"))),
        "allowed_common_names": "administrator", "token_policies": "administrator",
      ])
  }

  private func write(_ path: String, _ body: JSONValue) async throws {
    _ = try await demo.server.administer("POST", path, body)
  }

  private func engine(_ mount: String, domain: String) async throws {
    guard let authority = authorities[mount] else { return }
    try await write("sys/mounts/\(mount)", ["type": "pki", "config": ["max_lease_ttl": "8760h"]])
    try await write("\(mount)/issuers/import/bundle", ["pem_bundle": .string(authority.bundle)])
    try await write(
      "\(mount)/roles/agent",
      [
        "key_type": "ec", "key_bits": 256, "allowed_domains": [.string(domain)], "allow_subdomains": true,
        "allow_wildcard_certificates": false, "allow_localhost": false, "allow_ip_sans": false,
        "allowed_uri_sans": ["*"], "server_flag": false, "client_flag": true, "use_csr_common_name": true,
        "use_csr_sans": true, "key_usage": ["DigitalSignature"], "ttl": "24h", "max_ttl": "720h",
      ])
  }

  private func logins(_ organization: OpenBaoDemo.Organization) async throws {
    let (name, role) = (organization.name, "agent-\(organization.name)")
    try await write(
      "sys/policies/acl/\(role)",
      ["policy": .string("path \"pki-org-\(name)/sign/agent\" { capabilities = [\"update\"] }")])
    let token: JSONValue = [
      "token_policies": [.string(role)], "token_ttl": "10m", "token_max_ttl": "1h",
    ]
    let merged = { (others: JSONValue) in JSONValue.object(token.members.merging(others.members) { $1 }) }
    try await write(
      "auth/kubernetes/role/\(role)",
      merged([
        "bound_service_account_names": ["ll-agent"], "bound_service_account_namespaces": ["low-layer"],
        "audience": .string(OpenBaoDemo.audience),
      ]))
    try await write(
      "auth/cert/certs/\(role)",
      merged(["certificate": .string(try FileText.contents(of: demo.anchors(of: name)))]))
    try await write("auth/approle/role/\(role)", merged(["secret_id_num_uses": 1, "secret_id_ttl": "24h"]))
    try await write("auth/approle/role/\(role)/role-id", ["role_id": .string(role)])
    try FileText.replace(
      demo.path("approle/\(name).wrapped"), with: Array(try await demo.wrappedSecretID(of: name).utf8), mode: 0o600)
  }
}
