/// The OpenBao agent's configuration on one node: `/etc/openbao-agent/agent.hcl`. One file: templates are inline.
///
/// *How it reaches OpenBao.* Through the node's own haproxy on 127.0.0.1:8200, which passes TLS through to any master. So
/// that one name verifies whichever master answers, every listener certificate carries `openbao.<domain>` beside the
/// master's own name; the name is only compared, never resolved. 127.0.0.1 is in them too, since the login's own client
/// does not take `tls_server_name` in every release.
///
/// *How users learn of a change.* Nothing runs in the agent's container for it. kubelet, kube-apiserver, etcd and
/// client-go reread their files by themselves; what must act otherwise is ``NodeCertificate/reactingUnits``, by a path unit
/// on the host.
struct OpenBaoAgentConfiguration: Sendable, Hashable {
  /// What the node is for; the name of its login role too.
  var role: NodeRole
  /// The nodes' DNS domain.
  var domain: String
  /// The certificates that it keeps.
  var certificates: [NodeCertificate]
  /// The cluster's secrets that it keeps: those of a master.
  var secrets: [ClusterSecret]

  /// The configuration of `node` in `cluster`.
  init(cluster: ClusterDefinition, node: ClusterDefinition.Node) {
    role = node.role
    domain = cluster.domain
    certificates = NodeCertificate.all(on: node, in: cluster)
    secrets = node.role == .master ? ClusterSecret.allCases : []
  }

  /// The document.
  var hcl: HCL {
    HCL(
      [.attribute("log_format", .string("json")), server, login, templateConfig]
        + certificates.map { template(contents: Self.contents(of: $0), destination: $0.path) }
        + secrets.flatMap { secret in
          secret.files.map { template(contents: Self.contents(of: $0, in: secret), destination: $0.path) }
        })
  }

  /// Its text.
  var text: String { hcl.text }

  private var server: HCL.Item {
    .block(
      "vault",
      body: [
        .attribute("address", .string("https://127.0.0.1:\(OpenBaoPaths.apiPort)")),
        .attribute("tls_server_name", .string(OpenBaoPaths.serverName(domain: domain))),
        .attribute("ca_cert", .string(OpenBaoPaths.listenerAnchors)),
        .attribute("client_cert", .string(OpenBaoPaths.loginPEM)),
        .attribute("client_key", .string(OpenBaoPaths.loginPEM)),
      ])
  }

  private var login: HCL.Item {
    let method = HCL.Item.block(
      "method", labels: ["cert"],
      body: [
        .attribute("mount_path", .string("auth/cert")),
        .attribute("min_backoff", .string("1s")),
        .comment("By default the wait grows to five minutes, longer than a boot may take."),
        .attribute("max_backoff", .string("5s")),
        .attribute("config", .object([HCL.Member("name", .string(role.rawValue))])),
      ])
    return .block("auto_auth", body: [method])
  }

  private var templateConfig: HCL.Item {
    .block(
      "template_config",
      body: [
        .attribute("exit_on_retry_failure", .bool(true)),
        .attribute("static_secret_render_interval", .string("5m")),
      ])
  }

  private func template(contents: String, destination: String) -> HCL.Item {
    .block(
      "template",
      body: [
        .attribute("destination", .string(destination)),
        .attribute("contents", .text(contents)),
        .attribute("perms", .string("0600")),
        .attribute("backup", .bool(false)),
        .attribute("error_on_missing_key", .bool(true)),
      ])
  }

  /// The template of a certificate's file. `pkiCert` looks for certificate and key in the destination first, and asks
  /// OpenBao only when the certificate there is missing or in the last tenth of its life. Only the issuer follows the leaf:
  /// verifiers anchor at its twin.
  static func contents(of certificate: NodeCertificate) -> String {
    var arguments = ["common_name=\(certificate.commonName)", "exclude_cn_from_sans=true"]
    if !certificate.dnsNames.isEmpty { arguments.append("alt_names=\(certificate.dnsNames.joined(separator: ","))") }
    if !certificate.addresses.isEmpty {
      arguments.append("ip_sans=\(certificate.addresses.map(\.description).joined(separator: ","))")
    }
    let quoted = arguments.map { "\"\($0)\"" }.joined(separator: " ")
    return """
      {{- with pkiCert "\(certificate.issuer.mount)/issue/\(certificate.role.name)" \(quoted) -}}
      {{ .Data.Cert }}{{ .Data.CA }}{{ .Data.Key }}
      {{- end }}

      """
  }

  /// The template of one of a secret's files.
  static func contents(of file: ClusterSecret.File, in secret: ClusterSecret) -> String {
    let value = "{{ .Data.data.\(file.field) | trimSpace }}"
    let text =
      switch secret {
      case .serviceAccount: value
      case .etcdEncryption:
        """
        apiVersion: apiserver.config.k8s.io/v1
        kind: EncryptionConfiguration
        resources:
          - resources: [secrets]
            providers:
              - secretbox:
                  keys:
                    - name: key1
                      secret: \(value)
              - identity: {}
        """
      }
    return """
      {{- with secret "\(secret.apiPath)" -}}
      \(text)
      {{ end -}}

      """
  }
}
