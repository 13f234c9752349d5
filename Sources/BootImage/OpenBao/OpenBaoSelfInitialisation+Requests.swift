import PKI

extension OpenBaoSelfInitialisation {
  /// The login methods and the `kv` engine. The accessor that policies need is only in the answer to a read.
  var enabling: [Request] {
    [
      Request("enable_cert", "sys/auth/cert", [HCL.Member("type", .string("cert"))]),
      Request("read_cert", "sys/auth/cert", operation: "read"),
      Request("enable_approle", "sys/auth/approle", [HCL.Member("type", .string("approle"))]),
      Request(
        "mount_kv", "sys/mounts/\(ClusterSecret.mount)",
        [
          HCL.Member("type", .string("kv")),
          HCL.Member("options", .object([HCL.Member("version", .string("2"))])),
        ]),
    ]
  }

  /// An issuer's engine. The bundle holds its certificate, its private key and the certificates above it.
  func requests(for issuer: Issuer) -> [Request] {
    let mount = issuer.mount
    let url = "https://\(OpenBaoPaths.serverName(domain: cluster.domain)):\(OpenBaoPaths.apiPort)/v1/\(mount)"
    return [
      Request(
        "mount_\(issuer.rawValue)", "sys/mounts/\(mount)",
        [
          HCL.Member("type", .string("pki")),
          HCL.Member("config", .object([HCL.Member("max_lease_ttl", .string("8784h"))])),
        ]),
      Request(
        "import_\(issuer.rawValue)", "\(mount)/issuers/import/bundle",
        [HCL.Member("pem_bundle", Self.contents(of: InitialisationSecret(issuer).path))]),
      // An issuer in its last months would refuse a leaf that outlives it; a shorter one keeps the nodes going.
      Request(
        "issuer_\(issuer.rawValue)", "\(mount)/issuer/default",
        [
          HCL.Member("issuer_name", .string(issuer.rawValue)),
          HCL.Member("leaf_not_after_behavior", .string("truncate")),
        ]),
      Request(
        "urls_\(issuer.rawValue)", "\(mount)/config/urls",
        [
          HCL.Member("issuing_certificates", .list(["\(url)/ca"])),
          HCL.Member("crl_distribution_points", .list(["\(url)/crl"])),
        ]),
      Request(
        "crl_\(issuer.rawValue)", "\(mount)/config/crl",
        [HCL.Member("expiry", .string("72h")), HCL.Member("auto_rebuild", .bool(true))]),
      Request(
        "tidy_\(issuer.rawValue)", "\(mount)/config/auto-tidy",
        [
          HCL.Member("enabled", .bool(true)), HCL.Member("tidy_cert_store", .bool(true)),
          HCL.Member("tidy_revoked_certs", .bool(true)),
        ]),
    ]
  }

  /// Stores a secret of the whole cluster.
  func request(for secret: ClusterSecret) -> Request {
    let fields = secret.fields.map { HCL.Member($0.name, Self.contents(of: $0.source.path)) }
    return Request("store_\(secret.rawValue)", secret.apiPath, [HCL.Member("data", .object(fields))])
  }

  /// The policies. A role without nodes has none.
  var policies: [Request] {
    let ofNodes = NodeRole.allCases.compactMap { role in
      cluster.nodes.first { $0.role == role }.map { node in
        OpenBaoPolicy.node(
          role, certificates: NodeCertificate.all(on: node, in: cluster), hasAgent: cluster.operatorEndpoint != nil)
      }
    }
    return (ofNodes + [.administrator, .llOperator]).map { policy in
      let text = policy.hcl.text
      let value = text.contains("{{") ? Self.rendered(text) : .text(text)
      return Request(policy.name, "sys/policies/acl/\(policy.name)", [HCL.Member("policy", value)])
    }
  }

  /// Who may log in: nodes and administrators by a certificate of the `bootstrap` issuer, told apart by the organizational
  /// unit that the desk gave them, and `ll-operator` by AppRole, whose secret id an administrator hands out.
  var access: [Request] {
    let nodes = NodeRole.allCases.map { role in
      certificateLogin(role.rawValue, policy: "node-\(role.rawValue)", hours: 24)
    }
    let approle = Request(
      "ll-operator", "auth/approle/role/ll-operator",
      [
        HCL.Member("token_policies", .list([OpenBaoPolicy.llOperator.name])),
        HCL.Member("token_ttl", .string("1h")), HCL.Member("token_max_ttl", .string("24h")),
      ])
    return nodes + [certificateLogin("administrator", policy: "administrator", hours: 8), approle]
  }

  private func certificateLogin(_ name: String, policy: String, hours: Int) -> Request {
    Request(
      name, "auth/cert/certs/\(name)",
      [
        HCL.Member("display_name", .string(name)),
        HCL.Member("certificate", Self.contents(of: Issuer.bootstrap.anchor)),
        HCL.Member("allowed_organizational_units", .list([name])),
        HCL.Member("token_policies", .list([policy])),
        HCL.Member("token_ttl", .string("1h")), HCL.Member("token_max_ttl", .string("\(hours)h")),
      ])
  }
}
