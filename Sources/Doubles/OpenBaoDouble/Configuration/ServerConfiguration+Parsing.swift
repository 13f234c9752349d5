import Diagnostics

extension ServerConfiguration {
  /// A file with its text.
  struct Source: Sendable, Hashable {
    var name: String
    var text: String
  }

  /// Why there is no configuration.
  struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    var report: Report
    var description: String { report.sorted.map(\.description).joined(separator: "\n") }
  }

  /// The configuration that the files make together, in their order.
  static func parse(_ sources: [Source]) throws(Refusal) -> ServerConfiguration {
    var report = Report()
    var whole = HCLBody()
    for source in sources {
      do throws(HCLError) {
        let body = try HCLParser.document(source.text)
        // Read once by itself, so that what is wrong in it names this file.
        report.add(contentsOf: Draft(body).report, in: source.name)
        whole.items += body.items
      } catch {
        report.error(error.description, file: source.name, position: error.position)
      }
    }
    guard !report.hasErrors else { throw Refusal(report: report) }
    let draft = Draft(whole)
    guard let configuration = draft.complete(&report) else { throw Refusal(report: report) }
    return configuration
  }

  /// What the files say, before it is known whether that is enough.
  private struct Draft {
    var report = Report()
    var clusterName = ""
    var apiAddress: String?
    var clusterAddress: String?
    var listeners: [Listener] = []
    var storages: [RaftStorage] = []
    var seals: [StaticSeal] = []
    var initialize: [InitializeRequest] = []

    init(_ body: HCLBody) {
      let fields = HCLFields(body, in: "server")
      clusterName = fields.string("cluster_name") ?? ""
      apiAddress = fields.string("api_addr")
      clusterAddress = fields.string("cluster_addr")
      _ = fields.boolean("ui")
      readLogging(fields)
      for (labels, body, position) in fields.blocks("storage") {
        guard labels.first == "raft" else {
          fields.refuse("unknown storage type \(labels.first ?? "storage")", at: position)
          continue
        }
        let inner = HCLFields(body, in: "storage")
        if let storage = RaftStorage(inner) { storages.append(storage) }
        fields.add(inner.finished())
      }
      for (index, (labels, body, position)) in fields.blocks("listener").enumerated() {
        guard labels.first == "tcp" else {
          fields.refuse(
            "error parsing 'listener': listeners.\(index): unsupported listener type \"\(labels.first ?? "")\"",
            at: position)
          continue
        }
        let inner = HCLFields(body, in: "listener")
        listeners.append(Listener(inner))
        fields.add(inner.finished())
      }
      for (labels, body, position) in fields.blocks("seal") {
        guard labels.first == "static" else {
          fields.refuse(
            "Error configuring seal \"\(labels.first ?? "")\": unknown wrapper: \(labels.first ?? "")", at: position)
          continue
        }
        let inner = HCLFields(body, in: "seal")
        if let seal = StaticSeal(inner) { seals.append(seal) }
        fields.add(inner.finished())
      }
      for (labels, body, position) in fields.blocks("audit") {
        fields.add(Self.audit(labels, body, position))
      }
      initialize = InitializeRequest.all(in: fields)
      report = fields.finished()
    }

    private func readLogging(_ fields: HCLFields) {
      if let format = fields.string("log_format"), !["", "standard", "json"].contains(format) {
        fields.refuse("unknown log format: \(format)", at: fields.position("log_format"))
      }
      let levels = ["", "trace", "debug", "notice", "info", "warn", "warning", "err", "error"]
      if let level = fields.string("log_level"), !levels.contains(level) {
        fields.refuse("unknown log level: \(level)", at: fields.position("log_level"))
      }
    }

    private static func audit(_ labels: [String], _ body: HCLBody, _ position: SourcePosition) -> Report {
      let fields = HCLFields(body, in: "audit")
      _ = fields.string("description")
      if labels.count != 2 {
        fields.refuse("error parsing 'audit': audit type must be specified", at: position)
      } else if labels[0] != "file" {
        fields.refuse("unknown audit device type: \"\(labels[0])\"", at: position)
      }
      let options = fields.blocks("options")
      if let options = options.last {
        let inner = HCLFields(options.body, in: "audit options")
        if inner.string("file_path") == nil { inner.refuse("file_path is required") }
        _ = inner.string("mode")
        fields.add(inner.finished())
      } else {
        fields.refuse("file_path is required", at: position)
      }
      return fields.finished()
    }

    func complete(_ report: inout Report) -> ServerConfiguration? {
      if storages.isEmpty { report.error("a storage backend must be specified") }
      if storages.count > 1 { report.error("error parsing 'storage': only one \"storage\" block is permitted") }
      if seals.count != 1 {
        report.error(
          seals.isEmpty
            ? "the double has no seal but \"static\", and there is none"
            : "seals: two seals provided but neither is disabled")
      }
      if listeners.isEmpty { report.error("the double needs a listener: nobody could reach this server") }
      if apiAddress ?? "" == "" {
        report.error("missing API address, please set in configuration or via environment")
      } else if apiAddress?.contains("://") != true {
        report.error(
          "redirect address is not valid url: parse \"\(apiAddress ?? "")\": first path segment in URL cannot contain colon"
        )
      }
      if clusterAddress ?? "" == "" {
        report.error("cluster address must be set when using raft storage")
      } else if clusterAddress?.contains("://") != true {
        report.error(
          "Error parsing cluster address \(clusterAddress ?? ""): parse \"\(clusterAddress ?? "")\": invalid URI for request"
        )
      }
      guard !report.hasErrors, let apiAddress, let clusterAddress else { return nil }
      return ServerConfiguration(
        clusterName: clusterName, apiAddress: apiAddress, clusterAddress: clusterAddress, listeners: listeners,
        storage: storages[0], seal: seals[0], initialize: initialize)
    }
  }
}
