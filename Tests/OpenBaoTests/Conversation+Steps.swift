@testable import OpenBaoDouble

extension Conversation {
  /// Values beforehand: `root`, `bundle`, `anchor`, `pem_key`, `good`, `other_audience`, `other_namespace`, `other_account`,
  /// `forged`, `expired` (service account tokens), and requests `csr`, `csr_uri`, `csr_name`, `csr_address`, `csr_mail`,
  /// `csr_nameless`.
  static let steps: [Step] = kubernetes + signing + appRole + tokens + namespaces

  private static let kubernetes: [Step] = [
    Step(name: "login: nothing mounted", path: "auth/k/login", body: ["role": "agent", "jwt": "{good}"], token: nil),
    Step(name: "mount kubernetes", path: "sys/auth/k", body: ["type": "kubernetes"]),
    Step(name: "no config", method: "GET", path: "auth/k/config"),
    Step(name: "config without host", path: "auth/k/config", body: [:]),
    Step(
      name: "config without authority", path: "auth/k/config",
      body: ["kubernetes_host": "{reviewer}", "disable_local_ca_jwt": true]),
    Step(
      name: "role", path: "auth/k/role/agent",
      body: [
        "token_policies": "agent", "bound_service_account_names": "ll-agent",
        "bound_service_account_namespaces": "low-layer", "audience": "openbao", "token_ttl": "10m",
        "token_max_ttl": "1h",
      ]),
    Step(
      name: "role without names", path: "auth/k/role/bad", body: ["bound_service_account_namespaces": "low-layer"]),
    Step(name: "role without namespaces", path: "auth/k/role/bad", body: ["bound_service_account_names": "*"]),
    Step(
      name: "role with all and one", path: "auth/k/role/bad",
      body: ["bound_service_account_names": "a,*", "bound_service_account_namespaces": "b"]),
    Step(
      name: "role with another alias", path: "auth/k/role/bad",
      body: [
        "bound_service_account_names": "a", "bound_service_account_namespaces": "b", "alias_name_source": "zzz",
      ]),
    Step(name: "read role", method: "GET", path: "auth/k/role/agent"),
    Step(name: "no such role to read", method: "GET", path: "auth/k/role/none"),
    Step(name: "login without config", path: "auth/k/login", body: ["role": "agent", "jwt": "{good}"], token: nil),
    Step(
      name: "config", path: "auth/k/config",
      body: [
        "kubernetes_host": "{reviewer}", "disable_local_ca_jwt": true, "kubernetes_ca_cert": "{anchor}",
        "token_reviewer_jwt": "{good}", "pem_keys": ["{pem_key}"],
      ]),
    Step(name: "read config", method: "GET", path: "auth/k/config"),
    Step(
      name: "login", path: "auth/k/login", body: ["role": "agent", "jwt": "{good}"], token: nil,
      keep: ["agent": "auth.client_token"]),
    Step(name: "login: no role", path: "auth/k/login", body: ["jwt": "{good}"], token: nil),
    Step(name: "login: no token", path: "auth/k/login", body: ["role": "agent"], token: nil),
    Step(name: "login: unknown role", path: "auth/k/login", body: ["role": "none", "jwt": "{good}"], token: nil),
    Step(
      name: "login: audience", path: "auth/k/login", body: ["role": "agent", "jwt": "{other_audience}"], token: nil),
    Step(
      name: "login: namespace", path: "auth/k/login", body: ["role": "agent", "jwt": "{other_namespace}"], token: nil),
    Step(name: "login: account", path: "auth/k/login", body: ["role": "agent", "jwt": "{other_account}"], token: nil),
    Step(name: "login: forged", path: "auth/k/login", body: ["role": "agent", "jwt": "{forged}"], token: nil),
    Step(name: "login: expired", path: "auth/k/login", body: ["role": "agent", "jwt": "{expired}"], token: nil),
    Step(name: "login: no JWT", path: "auth/k/login", body: ["role": "agent", "jwt": "abc"], token: nil),
  ]

  private static let signing: [Step] = [
    Step(name: "mount pki", path: "sys/mounts/org", body: ["type": "pki", "config": ["max_lease_ttl": "8760h"]]),
    Step(name: "import", path: "org/issuers/import/bundle", body: ["pem_bundle": "{bundle}"]),
    Step(
      name: "policy", path: "sys/policies/acl/agent",
      body: ["policy": "path \"org/sign/agent\" { capabilities = [\"update\"] }"]),
    Step(
      name: "pki role", path: "org/roles/agent",
      body: [
        "key_type": "ec", "key_bits": 256, "allow_subdomains": true, "allow_bare_domains": true,
        "allowed_domains": ["acme.example", "{{identity.entity.id}}.other.example"], "allowed_domains_template": true,
        "allowed_uri_sans": ["lowlayer://*", "spiffe://x/{{identity.entity.id}}"], "allowed_uri_sans_template": true,
        "allow_ip_sans": false, "allow_localhost": false, "server_flag": false, "max_ttl": "720h", "ttl": "24h",
      ]),
    Step(name: "sign", path: "org/sign/agent", body: ["csr": "{csr}"], token: "agent"),
    Step(name: "sign: DER", path: "org/sign/agent", body: ["csr": "{csr}", "format": "der"], token: "agent"),
    Step(name: "sign: too long", path: "org/sign/agent", body: ["csr": "{csr}", "ttl": "8000h"], token: "agent"),
    Step(name: "sign: URI", path: "org/sign/agent", body: ["csr": "{csr_uri}"], token: "agent"),
    Step(name: "sign: name", path: "org/sign/agent", body: ["csr": "{csr_name}"], token: "agent"),
    Step(name: "sign: address", path: "org/sign/agent", body: ["csr": "{csr_address}"], token: "agent"),
    Step(name: "sign: e-mail", path: "org/sign/agent", body: ["csr": "{csr_mail}"], token: "agent"),
    Step(name: "sign: nameless", path: "org/sign/agent", body: ["csr": "{csr_nameless}"], token: "agent"),
    Step(name: "sign: no request", path: "org/sign/agent", body: [:], token: "agent"),
    Step(name: "sign: no PEM", path: "org/sign/agent", body: ["csr": "abc"], token: "agent"),
    Step(name: "sign: other role", path: "org/sign/none", body: ["csr": "{csr}"], token: "agent"),
    Step(name: "sign: unknown role", path: "org/sign/none", body: ["csr": "{csr}"]),
    Step(name: "sign: without a token", path: "org/sign/agent", body: ["csr": "{csr}"], token: nil),
    Step(name: "sign: with no token of this server", path: "org/sign/agent", body: ["csr": "{csr}"], token: "nothing"),
    Step(name: "sign: nothing mounted", path: "nope/sign/agent", body: ["csr": "{csr}"]),
  ]

  private static let appRole: [Step] = [
    Step(name: "mount approle", path: "sys/auth/a", body: ["type": "approle"]),
    Step(
      name: "approle role", path: "auth/a/role/agent",
      body: ["token_policies": "agent", "token_ttl": "10m", "token_max_ttl": "1h", "secret_id_num_uses": 1]),
    Step(name: "approle role: negative", path: "auth/a/role/bad", body: ["secret_id_num_uses": -1]),
    Step(name: "read approle role", method: "GET", path: "auth/a/role/agent"),
    Step(name: "set the role id", path: "auth/a/role/agent/role-id", body: ["role_id": "the-agents"]),
    Step(name: "role id", method: "GET", path: "auth/a/role/agent/role-id"),
    Step(
      name: "wrapped secret id", path: "auth/a/role/agent/secret-id", body: [:],
      headers: ["x-vault-wrap-ttl": "300"], keep: ["wrapping": "wrap_info.token"]),
    Step(name: "lookup", path: "sys/wrapping/lookup", body: ["token": "{wrapping}"], token: nil),
    Step(
      name: "unwrap in the body without a token", path: "sys/wrapping/unwrap", body: ["token": "{wrapping}"], token: nil
    ),
    Step(
      name: "wrapped again", path: "auth/a/role/agent/secret-id", body: [:], headers: ["x-vault-wrap-ttl": "300"],
      keep: ["wrapping": "wrap_info.token"]),
    Step(name: "unwrap", path: "sys/wrapping/unwrap", token: "wrapping", keep: ["secret": "data.secret_id"]),
    Step(name: "unwrap twice", path: "sys/wrapping/unwrap", token: "wrapping"),
    Step(name: "lookup afterwards", path: "sys/wrapping/lookup", body: ["token": "{wrapping}"], token: nil),
    Step(name: "unwrap nothing", path: "sys/wrapping/unwrap", token: nil),
    Step(name: "unwrap another token", path: "sys/wrapping/unwrap", token: "agent"),
    Step(
      name: "approle login: secret", path: "auth/a/login", body: ["role_id": "the-agents", "secret_id": "x"], token: nil
    ),
    Step(
      name: "approle login: role", path: "auth/a/login", body: ["role_id": "x", "secret_id": "{secret}"], token: nil),
    Step(name: "approle login: no secret", path: "auth/a/login", body: ["role_id": "the-agents"], token: nil),
    Step(name: "approle login: no role", path: "auth/a/login", body: ["secret_id": "{secret}"], token: nil),
    Step(
      name: "approle login", path: "auth/a/login", body: ["role_id": "the-agents", "secret_id": "{secret}"],
      token: nil, keep: ["approle": "auth.client_token"]),
    Step(
      name: "approle login: again", path: "auth/a/login", body: ["role_id": "the-agents", "secret_id": "{secret}"],
      token: nil),
  ]

  private static let tokens: [Step] = [
    Step(name: "lookup self", method: "GET", path: "auth/token/lookup-self", token: "approle"),
    Step(name: "renew", path: "auth/token/renew-self", body: [:], token: "approle"),
    Step(name: "renew longer", path: "auth/token/renew-self", body: ["increment": "30m"], token: "approle"),
    Step(name: "denied", method: "GET", path: "org/roles/agent", token: "approle"),
    Step(name: "revoke", path: "auth/token/revoke-self", body: [:], token: "approle"),
    Step(name: "revoke again", path: "auth/token/revoke-self", body: [:], token: "approle"),
    Step(name: "renew afterwards", path: "auth/token/renew-self", body: [:], token: "approle"),
    Step(name: "cert mount", path: "sys/auth/c", body: ["type": "cert"]),
    Step(name: "cert login without a certificate", path: "auth/c/login", body: [:], token: nil),
  ]

  private static let namespaces: [Step] = [
    Step(name: "namespace", path: "sys/namespaces/inner", body: [:]),
    Step(name: "namespace again", path: "sys/namespaces/inner", body: [:]),
    Step(name: "read namespace", method: "GET", path: "sys/namespaces/inner"),
    Step(name: "no namespace", method: "GET", path: "sys/namespaces/none"),
    Step(
      name: "mount inside", path: "sys/auth/a", body: ["type": "approle"], headers: ["x-vault-namespace": "inner"]),
    Step(
      name: "role inside", path: "auth/a/role/agent", body: ["token_policies": "agent"],
      headers: ["x-vault-namespace": "inner/"]),
    Step(
      name: "role id inside", path: "inner/auth/a/role/agent/role-id", body: ["role_id": "inside"]),
    Step(
      name: "secret id inside", path: "auth/a/role/agent/secret-id", body: [:],
      headers: ["x-vault-namespace": "inner"], keep: ["inner_secret": "data.secret_id"]),
    Step(
      name: "login outside", path: "auth/a/login", body: ["role_id": "inside", "secret_id": "{inner_secret}"],
      token: nil),
    Step(
      name: "login inside", path: "auth/a/login", body: ["role_id": "inside", "secret_id": "{inner_secret}"],
      token: nil, headers: ["x-vault-namespace": "inner"], keep: ["inner": "auth.client_token"]),
    Step(name: "token of inside, outside", method: "GET", path: "auth/token/lookup-self", token: "inner"),
    Step(name: "sign with a token of inside", path: "org/sign/agent", body: ["csr": "{csr}"], token: "inner"),
    Step(
      name: "unknown namespace", method: "GET", path: "auth/token/lookup-self",
      headers: ["x-vault-namespace": "none"]),
    Step(name: "delete namespace", method: "DELETE", path: "sys/namespaces/inner"),
  ]
}
