import Diagnostics

/// What `bao agent` takes from its configuration: the part that this project renders (OpenBao,
/// `command/agent/config/config.go`).
struct AgentConfiguration: Sendable, Hashable {
  /// `vault`
  struct Server: Sendable, Hashable {
    var address = "https://127.0.0.1:8200"
    var serverName: String?
    var anchors: String?
    var clientCertificate: String?
    var clientKey: String?
  }

  /// `auto_auth`'s method "cert"
  struct Login: Sendable, Hashable {
    var mountPath: String
    var role: String
    var minimumBackoff: Double
    var maximumBackoff: Double
  }

  /// `template`
  struct Template: Sendable, Hashable {
    var destination: String
    var contents: String
    var mode: UInt32
    var errorOnMissingKey: Bool
    var position: SourcePosition
  }

  var server: Server
  var login: Login
  var templates: [Template]
  var exitOnRetryFailure: Bool
  var staticSecretInterval: Double

  /// Reads `text`; every fault of it is in the refusal.
  static func parse(_ text: String, file: String) throws(ServerConfiguration.Refusal) -> AgentConfiguration {
    var report = Report()
    let body: HCLBody
    do throws(HCLError) { body = try HCLParser.document(text) } catch {
      report.error(error.description, file: file, position: error.position)
      throw ServerConfiguration.Refusal(report: report)
    }
    let fields = HCLFields(body, in: "agent")
    readLogging(fields)
    let server = readServer(fields)
    let login = readLogin(fields)
    let (exits, interval) = readTemplateConfig(fields)
    let templates = fields.blocks("template").compactMap { labels, body, position -> Template? in
      if !labels.isEmpty { fields.refuse("template: the double takes no label", at: position) }
      return readTemplate(body, position, fields)
    }
    if templates.isEmpty && !body.all("auto_auth").isEmpty {
      fields.refuse(
        "auto_auth requires at least one sink or at least one template or api_proxy.use_auto_auth_token=true")
    }
    report.add(contentsOf: fields.finished(), in: file)
    guard !report.hasErrors, let server, let login else { throw ServerConfiguration.Refusal(report: report) }
    return AgentConfiguration(
      server: server, login: login, templates: templates, exitOnRetryFailure: exits, staticSecretInterval: interval)
  }

  private static func readLogging(_ fields: HCLFields) {
    if let format = fields.string("log_format"), !["", "standard", "json"].contains(format) {
      fields.refuse("unknown log format: \(format)", at: fields.position("log_format"))
    }
    let levels = ["", "trace", "debug", "notice", "info", "warn", "warning", "err", "error"]
    if let level = fields.string("log_level"), !levels.contains(level) {
      fields.refuse("unknown log level: \(level)", at: fields.position("log_level"))
    }
  }

  private static func readServer(_ fields: HCLFields) -> Server? {
    let blocks = fields.blocks("vault")
    guard let block = blocks.first else {
      fields.refuse("the double takes no server from the environment, and there is no \"vault\" block")
      return nil
    }
    if blocks.count > 1 {
      fields.refuse("error parsing 'vault':one and only one \"vault\" block is required", at: blocks[1].position)
    }
    let inner = HCLFields(block.body, in: "vault")
    let server = Server(
      address: inner.string("address") ?? Server().address, serverName: inner.string("tls_server_name"),
      anchors: inner.string("ca_cert"), clientCertificate: inner.string("client_cert"),
      clientKey: inner.string("client_key"))
    if !server.address.hasPrefix("https://") || HostPort(url: server.address) == nil {
      inner.refuse("unsupported protocol scheme in \(server.address)", at: inner.position("address"))
    }
    if (server.clientCertificate == nil) != (server.clientKey == nil) {
      inner.refuse(
        "Error fetching client: failed to setup TLS config: both client cert and client key must be provided")
    }
    fields.add(inner.finished())
    return server
  }

  private static func readLogin(_ fields: HCLFields) -> Login? {
    let blocks = fields.blocks("auto_auth")
    guard let block = blocks.first else {
      fields.refuse("error validating configuration: no auto_auth, cache, or listener block found in config")
      return nil
    }
    let words = "error parsing 'auto_auth': "
    if blocks.count > 1 { fields.refuse(words + "at most one \"auto_auth\" block is allowed", at: blocks[1].position) }
    let outer = HCLFields(block.body, in: "auto_auth")
    defer { fields.add(outer.finished()) }
    let methods = outer.blocks("method")
    guard methods.count == 1 else {
      outer.refuse(words + "error parsing 'method': one and only one \"method\" block is required")
      return nil
    }
    let inner = HCLFields(methods[0].body, in: "method")
    switch methods[0].labels.first ?? inner.string("type") {
    case "cert": break
    case nil: inner.refuse(words + "error parsing 'method': method type must be specified", at: methods[0].position)
    case let other?:
      inner.refuse("Error creating \(other) auth method: unknown auth method \"\(other)\"", at: methods[0].position)
    }
    let login = Login(
      mountPath: inner.string("mount_path") ?? "auth/cert", role: readRole(inner),
      minimumBackoff: inner.duration("min_backoff") ?? 1, maximumBackoff: inner.duration("max_backoff") ?? 300)
    if login.minimumBackoff > login.maximumBackoff {
      inner.refuse("auth handler: min_backoff cannot be greater than max_backoff", at: inner.position("min_backoff"))
    }
    outer.add(inner.finished())
    return login
  }

  private static func readRole(_ fields: HCLFields) -> String {
    guard case .object(let body) = fields.value("config") else { return "" }
    let config = HCLFields(body, in: "config")
    defer { fields.add(config.finished()) }
    switch config.value("name") {
    case .string(let name): return name
    case nil: return ""
    default:
      config.refuse(
        "Error creating cert auth method: could not convert 'name' config value to string", at: config.position("name"))
      return ""
    }
  }

  private static func readTemplateConfig(_ fields: HCLFields) -> (Bool, Double) {
    let blocks = fields.blocks("template_config")
    guard let block = blocks.first else { return (false, 300) }
    if blocks.count > 1 {
      fields.refuse(
        "error parsing 'template_config': at most one \"template_config\" block is allowed", at: blocks[1].position)
    }
    let inner = HCLFields(block.body, in: "template_config")
    let exits = inner.strictBoolean("exit_on_retry_failure") ?? false
    let interval = inner.duration("static_secret_render_interval") ?? 300
    fields.add(inner.finished())
    return (exits, interval)
  }

  private static func readTemplate(_ body: HCLBody, _ position: SourcePosition, _ outer: HCLFields) -> Template? {
    let fields = HCLFields(body, in: "template")
    defer { outer.add(fields.finished()) }
    let contents = fields.string("contents")
    let destination = fields.string("destination") ?? ""
    if contents == nil {
      fields.refuse("template server failed to create: template: must specify exactly one of 'source' or 'contents'")
    }
    if !body.all("source").isEmpty {
      if contents != nil {
        fields.refuse("template server failed to create: template: cannot specify both 'source' and 'contents'")
      }
      _ = fields.string("source")
    }
    if destination.isEmpty {
      fields.refuse("template server: error rendering \"(dynamic)\" => \"\": failed writing file: missing destination")
    }
    let perms = fields.string("perms") ?? "0644"
    let mode = UInt32(perms, radix: 8)
    if mode == nil {
      fields.refuse(
        "error parsing 'template': 'perms' strconv.ParseUint: parsing \"\(perms)\": invalid syntax",
        at: fields.position("perms"))
    }
    _ = fields.strictBoolean("backup")
    let missing = fields.strictBoolean("error_on_missing_key") ?? false
    if let contents {
      do throws(GoTemplateError) { _ = try GoTemplate(contents, functions: AgentTemplates.functions) } catch {
        fields.refuse(
          "template server: (dynamic): parse: template: \(error)", at: fields.position("contents"))
      }
    }
    return Template(
      destination: destination, contents: contents ?? "", mode: mode ?? 0o644, errorOnMissingKey: missing,
      position: position)
  }
}

extension HCLFields {
  /// A boolean that must be written as one.
  func strictBoolean(_ key: String) -> Bool? {
    switch value(key) {
    case nil: return nil
    case .boolean(let value): return value
    case let other?:
      refuse("'\(key)' expected type 'bool', got unconvertible type '\(other.kind)'", at: position(key))
      return nil
    }
  }
}
