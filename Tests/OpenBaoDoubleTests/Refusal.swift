/// A change to what is rendered that OpenBao refuses, with where upstream documents or decides that (github.com/openbao/openbao),
/// and what both it and its double say.
struct Refusal: Sendable, CustomStringConvertible {
  var file: String
  var old: String
  var new: String
  var citation: String
  var words: String

  init(_ file: String, _ old: String, _ new: String, _ citation: String, _ words: String) {
    (self.file, self.old, self.new, self.citation, self.words) = (file, old, new, citation, words)
  }

  var description: String { "\(old.split(separator: "\n").first ?? "") => \(new.isEmpty ? "nothing" : new)" }

  /// Of the server's own configuration.
  static let server: [Refusal] = [
    Refusal(
      "conf/openbao.hcl", "storage \"raft\"", "storage \"zzz\"", "command/server.go",
      "unknown storage type zzz"),
    Refusal(
      "conf/openbao.hcl", "cluster_addr = ", "# ",
      "command/server.go; website/content/docs/configuration/storage/raft.mdx",
      "cluster address must be set when using raft storage"),
    Refusal(
      "conf/openbao.hcl", "cluster_addr = \"https://", "cluster_addr = \"", "command/server.go",
      "invalid URI for request"),
    Refusal(
      "conf/openbao.hcl", "api_addr = \"https://", "api_addr = \"", "vault/core.go",
      "redirect address is not valid url"),
    Refusal(
      "conf/openbao.hcl", "api_addr = ", "# ", "vault/core.go",
      "missing API address, please set in configuration or via environment"),
    Refusal(
      "conf/openbao.hcl", "static-seal.key", "none.key",
      "internalshared/configutil/kms.go; website/content/docs/configuration/seal/static.mdx",
      "no such file or directory"),
    Refusal(
      "conf/openbao.hcl", "current_key = ", "# ", "website/content/docs/configuration/seal/static.mdx",
      "missing required current key"),
    Refusal(
      "conf/openbao.hcl", "\"not-made-yet\"", "\"\"", "website/content/docs/configuration/seal/static.mdx",
      "got empty current_key_id; please specify a permanent identifier for this key"),
    Refusal(
      "conf/openbao.hcl", "  current_key =", "  previous_key_id = \"x\"\n  current_key =",
      "website/content/docs/configuration/seal/static.mdx", "got non-empty previous_key_id with empty previous_key"),
    Refusal(
      "conf/openbao.hcl", "seal \"static\"", "seal \"zzz\"", "internalshared/configutil/kms.go",
      "unknown wrapper: zzz"),
    Refusal(
      "conf/openbao.hcl", "file://", "zzz://", "website/content/docs/configuration/seal/static.mdx",
      "unknown encoding for AES-256 key: must be either a raw, hex, or base64-encoded"),
    Refusal(
      "conf/openbao.hcl", "listener \"tcp\"", "listener \"zzz\"", "internalshared/configutil/listener.go",
      "unsupported listener type \"zzz\""),
    Refusal(
      "conf/openbao.hcl", "tls_key_file = ", "# ", "command/server/listener_tcp.go",
      "error loading TLS cert: open : no such file or directory"),
    Refusal(
      "conf/openbao.hcl", "run/listener.pem", "run/none.pem", "command/server/listener_tcp.go",
      "error loading TLS cert: open"),
    Refusal(
      "conf/openbao.hcl", "tls13", "tls14", "website/content/docs/configuration/listener/tcp.mdx, tls_min_version",
      "'tls_min_version' value \"tls14\" not supported"),
    Refusal(
      "conf/openbao.hcl", "  tls_min", "  tls_disable = \"maybe\"\n  tls_min", "internalshared/configutil/listener.go",
      "parsing \"maybe\": invalid syntax"),
    Refusal(
      "conf/openbao.hcl", "address = \"127.0.0.1:", "address = \"127.0.0.1:9",
      "command/server/listener_tcp.go", "invalid port"),
    Refusal(
      "conf/openbao.hcl", "cluster_name = \"example\"", "cluster_name = \"example",
      "hashicorp/hcl v1, hcl/scanner/scanner.go", "1:24: literal not terminated"),
    Refusal(
      "conf/openbao.hcl", "ui = false", "ui = @", "hashicorp/hcl v1, hcl/scanner/scanner.go", "4:6: illegal char"),
    Refusal(
      "conf/openbao.hcl", "ui = false", "ui = <<EOT\nx", "hashicorp/hcl v1, hcl/scanner/scanner.go",
      "heredoc not terminated"),
    Refusal(
      "conf/openbao.hcl", "ui = false", "ui = [1", "hashicorp/hcl v1, hcl/parser/parser.go",
      "error parsing list, expected comma or list end"),
    Refusal(
      "conf/openbao.hcl", "ui = false", "ui = \"perhaps\"", "command/server/config.go, ParseConfig",
      "strconv.ParseBool: parsing \"perhaps\": invalid syntax"),
    Refusal("conf/openbao.hcl", "  path = ", "  # ", "physical/raft/raft.go, NewRaftBackend", "'path' must be set"),
    Refusal(
      "conf/openbao.hcl", "/data\"", "/data/none/x\"", "physical/raft/fsm.go, NewFSM", "no such file or directory"),
    Refusal(
      "conf/openbao.hcl", "audit \"file\" \"stdout\"", "audit \"file\"", "command/server/config.go, parseAuditDevices",
      "audit type must be specified"),
    Refusal(
      "conf/openbao.hcl", "ui = false", "storage \"raft\" { path = \"x\" node_id = \"x\" }",
      "command/server/config.go, ParseStorage", "only one \"storage\" block is permitted"),
    Refusal(
      "conf/openbao.hcl", "ui = false", "seal \"static\" { current_key_id = \"b\" current_key = \"file:///x\" }",
      "command/server.go", "seals: two seals provided but neither is disabled"),
    Refusal("conf/openbao.hcl", "\"json\"", "\"xml\"", "sdk/helper/logging, ParseLogFormat", "unknown log format: xml"),
    Refusal(
      "conf/openbao.hcl", "ui = false", "log_level = \"loud\"", "sdk/helper/logging, ParseLogLevel",
      "unknown log level: loud"),
  ]

  /// Of self-initialisation (website/content/docs/configuration/self-init.mdx).
  static let selfInitialisation: [Refusal] = [
    Refusal(
      "conf/self-init.hcl", "initialize \"logins\"", "initialize", "command/server/config.go",
      "initialize type must be specified"),
    Refusal(
      "conf/self-init.hcl", "request \"read_cert\"", "request \"enable_cert\"",
      "website/content/docs/configuration/self-init.mdx",
      "duplicate request name 'enable_cert' in outer block 'logins'"),
    Refusal(
      "conf/self-init.hcl", "initialize \"issuers\"", "initialize \"logins\"",
      "website/content/docs/configuration/self-init.mdx",
      "duplicate outer block name 'logins' found"),
    Refusal(
      "conf/self-init.hcl", "operation = \"update\"", "operation = \"zzz\"",
      "website/content/docs/configuration/self-init.mdx",
      "cannot handle internal-only request operation"),
    Refusal(
      "conf/self-init.hcl", "eval_source = \"file\"", "eval_source = \"zzz\"",
      "website/content/docs/concepts/profiles.mdx",
      "unknown value for 'eval_source': zzz"),
    Refusal(
      "conf/self-init.hcl", "eval_type = \"string\"", "eval_type = \"zzz\"",
      "website/content/docs/concepts/profiles.mdx",
      "unsupported type conversion: zzz"),
    Refusal(
      "conf/self-init.hcl", "issuer-kubernetes.pem", "none.pem", "website/content/docs/concepts/profiles.mdx",
      "no such file or directory"),
    Refusal(
      "conf/self-init.hcl", "{{ printf", "{{ prantf",
      "website/content/docs/concepts/profiles.mdx; Go, text/template/parse",
      "not defined"),
    Refusal(
      "conf/self-init.hcl", ".responses.logins.read_cert", ".responses.logins.zzz",
      "website/content/docs/concepts/profiles.mdx",
      "map has no entry for key"),
    Refusal(
      "conf/self-init.hcl", "key_type = \"ec\"", "key_type = \"zzz\"",
      "sdk/helper/certutil/helpers.go, ValidateKeyTypeLength", "unknown key type zzz"),
    Refusal(
      "conf/self-init.hcl", "key_bits = 256", "key_bits = 255", "sdk/helper/certutil/helpers.go, ValidateKeyTypeLength",
      "unsupported bit length for EC key: 255"),
    Refusal("conf/self-init.hcl", "ttl = \"2160h\"", "ttl = \"9999x\"", "sdk/framework/field_data.go", "unknown unit"),
    Refusal(
      "conf/self-init.hcl", "max_ttl = \"2160h\"", "max_ttl = \"1h\"", "builtin/logical/pki/path_roles.go",
      "value must be less than"),
    Refusal(
      "conf/self-init.hcl", "issuer-kubernetes.pem", "etcd-encryption.key",
      "builtin/logical/pki/path_manage_issuers.go", "provided data for import was too short"),
    Refusal(
      "conf/self-init.hcl", "anchors/bootstrap.pem", "run/etcd-encryption.key", "builtin/credential/cert/path_certs.go",
      "failed to parse certificate"),
    Refusal(
      "conf/self-init.hcl", "/32\"", "/99\"", "builtin/logical/pki/path_roles.go",
      "error parsing allowed_ip_sans_cidr: invalid CIDR address"),
  ]

  /// Of the agent's.
  static let agent: [Refusal] = [
    Refusal(
      "agent.hcl", "method \"cert\"", "method \"zzz\"", "command/agent.go", "unknown auth method \"zzz\""),
    Refusal(
      "agent.hcl", "method \"cert\"", "method", "command/agent/config/config.go", "method type must be specified"),
    Refusal(
      "agent.hcl", "auto_auth {", "auto_auth {\n  method \"cert\" { config = { name = \"x\" } }\n",
      "command/agent/config/config.go", "one and only one \"method\" block is required"),
    Refusal(
      "agent.hcl", "template_config {", "auto_auth {\n  method \"cert\" {\n  }\n}\n\ntemplate_config {",
      "command/agent/config/config.go", "at most one \"auto_auth\" block is allowed"),
    Refusal(
      "agent.hcl", "min_backoff = \"1s\"", "min_backoff = \"x\"", "command/agent/config/config.go",
      "invalid duration \"x\""),
    Refusal(
      "agent.hcl", "max_backoff = \"5s\"", "max_backoff = \"500ms\"", "command/agentproxyshared/auth/auth.go",
      "min_backoff cannot be greater than max_backoff"),
    Refusal(
      "agent.hcl", "name = \"master\"", "name = [\"x\"]", "command/agentproxyshared/auth/cert/cert.go",
      "could not convert 'name' config value to string"),
    Refusal(
      "agent.hcl", "template_config {", "vault { address = \"https://x\" }\ntemplate_config {",
      "command/agent/config/config.go", "one and only one \"vault\" block is required"),
    Refusal(
      "agent.hcl", "anchors/openbao.pem", "anchors/none.pem", "api/client.go", "Error loading CA File"),
    Refusal(
      "agent.hcl", "client_cert = \"", "client_cert = \"/nope", "api/client.go", "failed to setup TLS config"),
    Refusal(
      "agent.hcl", "client_key = ", "# ", "api/client.go", "both client cert and client key must be provided"),
    Refusal(
      "agent.hcl", "contents = <<EOT", "source = \"/none\"\n  contents = <<EOT",
      "website/content/docs/agent-and-proxy/agent/template.mdx", "cannot specify both 'source' and 'contents'"),
    Refusal(
      "agent.hcl", "\"0600\"", "\"rw\"", "command/agent/config/config.go", "parsing \"rw\": invalid syntax"),
    Refusal(
      "agent.hcl", "backup = false", "backup = \"maybe\"", "command/agent/config/config.go",
      "'backup' expected type 'bool'"),
    Refusal(
      "agent.hcl", "error_on_missing_key = true", "error_on_missing_key = \"maybe\"", "command/agent/config/config.go",
      "'error_on_missing_key' expected type 'bool'"),
    Refusal(
      "agent.hcl", "backup = false", "zzz = false", "command/agent/config/config.go", "zzz"),
    Refusal(
      "agent.hcl", "exit_on_retry_failure = true", "exit_on_retry_failure = \"maybe\"",
      "command/agent/config/config.go", "exit_on_retry_failure"),
    Refusal(
      "agent.hcl", "\"5m\"", "\"x\"", "command/agent/config/config.go", "invalid duration \"x\""),
    Refusal(
      "agent.hcl", "\"json\"", "\"xml\"", "sdk/helper/logging", "unknown log format: xml"),
    Refusal(
      "agent.hcl", "\"json\"", "\"json", "hashicorp/hcl v1, hcl/scanner/scanner.go", "literal not terminated"),
  ]

  /// Of the agent's templates. Upstream reads them once it has logged in, its double at once.
  static let template: [Refusal] = [
    Refusal(
      "agent.hcl", "pkiCert", "pkiZert", "hashicorp/consul-template, template/template.go", "not defined"),
    Refusal(
      "agent.hcl", "{{- end }}", "", "Go, text/template/parse", "unexpected EOF"),
    Refusal(
      "agent.hcl", "{{- end }}", "{{- end }}{{ end }}", "Go, text/template/parse", "unexpected {{end}}"),
    Refusal(
      "agent.hcl", "{{ .Data.Cert }}", "{{ .Data.Cert }", "Go, text/template/parse", "in operand"),
    Refusal(
      "agent.hcl", "| trimSpace", "| trimZpace", "hashicorp/consul-template, template/template.go", "not defined"),
  ]
}
