import PKI
import Testing

@testable import BootImage

struct OpenBaoTests {
  let cluster: ClusterDefinition

  init() throws { cluster = try ClusterDefinition.openBaoExample() }

  // MARK: The server

  @Test("the server of one of three masters, word for word")
  func serverText() {
    let text = OpenBaoServerConfiguration(cluster: cluster, node: cluster.nodes[1], sealKeyID: "4f1c").text
    #expect(
      text == """
        cluster_name = "demo"
        api_addr = "https://10.0.0.12:8200"
        cluster_addr = "https://10.0.0.12:8201"
        ui = false
        log_format = "json"

        storage "raft" {
          path = "/var/lib/openbao"
          node_id = "master-2"
          performance_multiplier = 1

          retry_join {
            leader_api_addr = "https://10.0.0.11:8200"
            leader_ca_cert_file = "/etc/ll/anchors/openbao.pem"
            leader_tls_servername = "master-1.ll.example"
          }

          retry_join {
            leader_api_addr = "https://10.0.0.13:8200"
            leader_ca_cert_file = "/etc/ll/anchors/openbao.pem"
            leader_tls_servername = "master-3.ll.example"
          }
        }

        listener "tcp" {
          address = "10.0.0.12:8200"
          cluster_address = "10.0.0.12:8201"
          tls_cert_file = "/run/ll/openbao/listener.pem"
          tls_key_file = "/run/ll/openbao/listener.pem"
          tls_min_version = "tls13"
        }

        seal "static" {
          current_key_id = "4f1c"
          current_key = "file:///run/ll/openbao/static-seal.key"
        }

        audit "file" "stdout" {
          description = "Every request, for the journal"

          options {
            file_path = "stdout"
          }
        }

        """)
  }

  @Test("a master joins through every other master and never through itself", arguments: [1, 3, 5])
  func peers(masters: Int) throws {
    let cluster = try ClusterDefinition.openBaoExample(masters: masters, workers: 1)
    for node in cluster.masters {
      let lines = OpenBaoServerConfiguration(cluster: cluster, node: node, sealKeyID: "1").text.split(separator: "\n")
      let peers = lines.filter { $0.contains("leader_api_addr") }
      #expect(lines.filter { $0.contains("retry_join {") }.count == masters - 1)
      #expect(Set(peers).count == masters - 1)
      #expect(!peers.contains { $0.contains("\(node.address):") })
    }
  }

  @Test("the previous seal key is named only during a rotation")
  func sealRotation() {
    let node = cluster.nodes[0]
    let usual = OpenBaoServerConfiguration(cluster: cluster, node: node, sealKeyID: "new").text
    let rotating = OpenBaoServerConfiguration(cluster: cluster, node: node, sealKeyID: "new", previousSealKeyID: "old")
      .text
    #expect(!usual.contains("previous_key"))
    #expect(rotating.contains("  previous_key_id = \"old\"\n"))
    #expect(rotating.contains("  previous_key = \"file:///run/ll/openbao/static-seal-previous.key\"\n"))
  }

  // MARK: Roles and policies

  @Test("the role of a worker's kubelet, word for word")
  func roleText() throws {
    let certificate = try #require(NodeCertificate.all(on: cluster.nodes[3], in: cluster).first)
    let role = OpenBaoRole(certificate)
    #expect(role.apiPath == "pki-kubernetes/roles/kubelet-worker-1")
    #expect(
      HCL(role.parameters.map { .attribute($0.key, $0.value) }).text == """
        allowed_domains = ["system:node:worker-1", "worker-1", "worker-1.ll.example"]
        allow_bare_domains = true
        allow_subdomains = false
        allow_glob_domains = false
        allow_wildcard_certificates = false
        allow_localhost = false
        enforce_hostnames = false
        allow_ip_sans = true
        allowed_ip_sans_cidr = ["10.0.0.14/32"]
        organization = ["system:nodes"]
        server_flag = true
        client_flag = true
        key_type = "ec"
        key_bits = 256
        key_usage = ["DigitalSignature"]
        not_before_duration = "5m"
        ttl = "2160h"
        max_ttl = "2160h"
        not_before_bound = "forbid"
        not_after_bound = "forbid"

        """)
  }

  @Test("no role skips the comparison of names, and a role without addresses allows none")
  func roles() throws {
    let roles = OpenBaoSelfInitialisation(cluster: cluster).roles
    // Per node: kubelet; per master besides: kube-apiserver, etcd-server, etcd-peer, openbao-listener; shared: six clients.
    #expect(roles.count == 5 + 3 * 4 + 7)
    for role in roles {
      let text = HCL(role.parameters.map { .attribute($0.key, $0.value) }).text
      #expect(!text.contains("cn_validations") && !text.contains("allow_any_name") && !text.contains("{{"))
      #expect(text.contains("allow_ip_sans = false") == role.certificate.addresses.isEmpty)
    }
  }

  @Test("every certificate of every node has a role, and an agent asks for nothing that its policy does not grant")
  func grants() throws {
    let selfInitialisation = OpenBaoSelfInitialisation(cluster: cluster)
    let roles = Set(selfInitialisation.roles.map(\.apiPath))
    for node in cluster.nodes {
      let certificates = NodeCertificate.all(on: node, in: cluster)
      let policy = OpenBaoPolicy.node(node.role, certificates: certificates)
      let granted = Set(policy.rules.map { $0.path.replacing(OpenBaoPolicy.alias, with: node.name) })
      let agent = OpenBaoAgentConfiguration(cluster: cluster, node: node).text
      let asked = Set(
        agent.matches(of: /(?:pkiCert|secret) "([^"]+)"/).map { String($0.output.1) })
      #expect(asked == granted)
      for path in asked where path.contains("/issue/") {
        #expect(roles.contains(path.replacing("/issue/", with: "/roles/")))
      }
    }
  }

  @Test("the policy of a node is the same whichever node of the role it is made from, and names none")
  func policyIsTemplated() {
    for role in NodeRole.allCases {
      let texts = cluster.nodes.filter { $0.role == role }.map {
        OpenBaoPolicy.node(role, certificates: NodeCertificate.all(on: $0, in: cluster)).hcl.text
      }
      #expect(Set(texts).count == 1)
      #expect(!texts.contains { $0.contains("master-1") || $0.contains("worker-1") })
    }
  }

  @Test("a worker's policy reaches its kubelet certificate only")
  func workerPolicy() {
    let policy = OpenBaoPolicy.node(.worker, certificates: NodeCertificate.all(on: cluster.nodes[4], in: cluster))
    #expect(policy.rules.map(\.path) == ["pki-kubernetes/issue/kubelet-\(OpenBaoPolicy.alias)"])
    #expect(policy.rules.map(\.capabilities) == [["update"]])
  }

  // MARK: Self-initialisation

  @Test("requests have names that OpenBao accepts, each once in its block")
  func requestNames() throws {
    let blocks = blocks(of: OpenBaoSelfInitialisation(cluster: cluster).hcl)
    #expect(blocks.map(\.name) == ["logins", "issuers", "roles", "secrets", "policies", "access"])
    for block in blocks {
      #expect(Set(block.requests.map(\.name)).count == block.requests.count)
      for request in block.requests { #expect(request.name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_-]*/) != nil) }
    }
  }

  @Test("an engine or login method is enabled before anything is written below it")
  func order() {
    var enabled: Set<String> = []
    for request in blocks(of: OpenBaoSelfInitialisation(cluster: cluster).hcl).flatMap(\.requests) {
      let parts = request.path.split(separator: "/").map(String.init)
      switch (parts[0], parts[1]) {
      case ("sys", "mounts"): enabled.insert(parts[2])
      case ("sys", "auth"): enabled.insert("auth/\(parts[2])")
      case ("sys", _): break
      case ("auth", let method): #expect(enabled.contains("auth/\(method)"), "\(request.path)")
      case (let engine, _): #expect(enabled.contains(engine), "\(request.path)")
      }
    }
    #expect(enabled == Set(Issuer.allCases.map(\.mount) + ["kv", "auth/cert", "auth/approle"]))
  }

  @Test("every secret comes from a released file, and every released file is used")
  func noLiteralSecrets() throws {
    let text = OpenBaoSelfInitialisation(cluster: cluster).text
    for key in ["pem_bundle", "private_key", "public_key", "secretbox", "certificate"] {
      let literal = try Regex("^ *\(key) = (?!\\{$)").anchorsMatchLineEndings()
      #expect(text.firstMatch(of: literal) == nil)
    }
    let files = text.matches(of: /path = "(\/[^"]+)"/).map { String($0.output.1) }
    #expect(Set(files) == Set(InitialisationSecret.allCases.map(\.path) + ["/etc/ll/anchors/bootstrap.pem"]))
    #expect(!text.contains("BEGIN") && !text.contains("token ="))
  }

  @Test("logins are told apart by organizational unit, and an administrator is among them")
  func access() {
    let access = blocks(of: OpenBaoSelfInitialisation(cluster: cluster).hcl).last?.requests ?? []
    #expect(
      access.map(\.path) == [
        "auth/cert/certs/master", "auth/cert/certs/worker", "auth/cert/certs/administrator",
        "auth/approle/role/ll-operator",
      ])
    for request in access.dropLast() {
      #expect(request.body.contains("allowed_organizational_units = [\"\(request.name)\"]"))
      #expect(request.body.contains("path = \"/etc/ll/anchors/bootstrap.pem\""))
    }
  }

  // MARK: The agent

  @Test("a worker's agent, word for word")
  func agentText() {
    #expect(
      OpenBaoAgentConfiguration(cluster: cluster, node: cluster.nodes[3]).text == """
        log_format = "json"

        vault {
          address = "https://127.0.0.1:8200"
          tls_server_name = "openbao.ll.example"
          ca_cert = "/etc/ll/anchors/openbao.pem"
          client_cert = "/run/ll/login/login.pem"
          client_key = "/run/ll/login/login.pem"
        }

        auto_auth {
          method "cert" {
            mount_path = "auth/cert"
            min_backoff = "1s"

            # By default the wait grows to five minutes, longer than a boot may take.
            max_backoff = "5s"
            config = {
              name = "worker"
            }
          }
        }

        template_config {
          exit_on_retry_failure = true
          static_secret_render_interval = "5m"
        }

        template {
          destination = "/etc/kubernetes/pki/kubelet.pem"
          contents = <<EOT
        {{- with pkiCert "pki-kubernetes/issue/kubelet-worker-1" "common_name=system:node:worker-1" \
        "exclude_cn_from_sans=true" "alt_names=worker-1,worker-1.ll.example" "ip_sans=10.0.0.14" -}}
        {{ .Data.Cert }}{{ .Data.CA }}{{ .Data.Key }}
        {{- end }}
        EOT
          perms = "0600"
          backup = false
          error_on_missing_key = true
        }

        """)
  }

  @Test("an agent keeps one private file per certificate and secret, leaves no copy and runs nothing")
  func agentTemplates() {
    for node in cluster.nodes {
      let agent = OpenBaoAgentConfiguration(cluster: cluster, node: node)
      let lines = agent.text.split(separator: "\n").map(String.init)
      let count = agent.certificates.count + agent.secrets.flatMap(\.files).count
      #expect(count == (node.role == .master ? 15 : 1))
      for line in ["template {", "  perms = \"0600\"", "  backup = false", "  error_on_missing_key = true"] {
        #expect(lines.filter { $0 == line }.count == count)
      }
      #expect(Set(lines.filter { $0.hasPrefix("  destination = ") }).count == count)
      #expect(!agent.text.contains("exec") && !agent.text.contains("command"))
    }
  }

  private struct Block {
    var name: String
    var requests: [(name: String, path: String, body: String)]
  }

  private func blocks(of hcl: HCL) -> [Block] {
    hcl.body.compactMap { item in
      guard case .block("initialize", let labels, let body) = item else { return nil }
      return Block(
        name: labels.joined(),
        requests: body.compactMap { item in
          guard case .block("request", let labels, let body) = item else { return nil }
          let paths = body.compactMap { item in
            if case .attribute("path", .string(let path)) = item { path } else { nil }
          }
          return (labels.joined(), paths.joined(), HCL(body).text)
        })
    }
  }
}
