import PKI

/// A policy of OpenBao: who holds it may do what on which paths.
struct OpenBaoPolicy: Sendable, Hashable {
  /// Its name.
  var name: String
  /// What it grants, in the order in which it is written.
  var rules: [Rule]

  /// A path with the capabilities on it.
  struct Rule: Sendable, Hashable {
    /// The path, with OpenBao's `*` and `+`, see ``OpenBaoPolicy/alias``.
    var path: String
    /// OpenBao's words: `create`, `read`, `update`, `delete`, `list`, `patch`, `sudo`.
    var capabilities: [String]
  }

  /// Stands in a path for the name of the node that has logged in: the login certificate's common name, as OpenBao's
  /// identity store knows it. The accessor of the login method is made up when it is mounted, so the policy's text is a
  /// template of self-initialisation. Its literal is in backquotes, since this text is quoted once more in the policy.
  static let alias =
    "{{ printf `{{identity.entity.aliases.%s.name}}` .responses.logins.read_cert.data.accessor }}"

  /// The policy's document.
  var hcl: HCL {
    HCL(
      rules.map { rule in
        .block("path", labels: [rule.path], body: [.attribute("capabilities", .list(rule.capabilities))])
      })
  }

  /// What the agent of a node with `role` needs: to issue its own certificates and, on masters, to read the cluster's
  /// secrets. `certificates` are those of any node with that role. With `hasAgent` its `ll-agent` has a key of its own signed.
  static func node(_ role: NodeRole, certificates: [NodeCertificate], hasAgent: Bool = false) -> OpenBaoPolicy {
    let issuing = certificates.map { certificate in
      let name =
        switch certificate.role {
        case .shared(let name): name
        case .perNode(let name, _): "\(name)-\(alias)"
        }
      return Rule(path: "\(certificate.issuer.mount)/issue/\(name)", capabilities: ["update"])
    }
    let reading = role == .master ? ClusterSecret.allCases.map { Rule(path: $0.apiPath, capabilities: ["read"]) } : []
    let signing =
      hasAgent ? [Rule(path: "\(Issuer.platform.mount)/sign/ll-agent-\(alias)", capabilities: ["update"])] : []
    return OpenBaoPolicy(name: "node-\(role.rawValue)", rules: issuing + signing + reading)
  }

  /// An administrator does everything: the root token is gone after self-initialisation, and nobody else can follow it.
  static let administrator = OpenBaoPolicy(
    name: "administrator",
    rules: [Rule(path: "*", capabilities: ["create", "read", "update", "delete", "list", "patch", "sudo"])])

  /// `ll-operator` mounts, fills and drops the engines of organisations, and reaches none of the root cluster's.
  static let llOperator = OpenBaoPolicy(
    name: "operator",
    rules: [
      Rule(path: "sys/mounts/pki-org-*", capabilities: ["create", "read", "update", "delete"]),
      Rule(path: "pki-org-*", capabilities: ["create", "read", "update", "delete", "list", "patch"]),
    ])
}
