import Foundation

/// Cilium's command line, as `ll-node addons` calls it: `install` and `upgrade` with a chart of the host, leaving
/// Helm's records (helm.sh/helm, `pkg/storage/driver/secrets.go`).
struct CiliumCommand: Sendable {
  private let isUpgrade: Bool
  private let chart: CiliumChart
  private let client: KubeClient

  private static let flags = FlagSet(
    """
    string:namespace chart-directory version values kubeconfig context
    bool:reset-values reuse-values wait help
    """)

  init(_ arguments: [String], environment: [String: String]) throws(Refusal) {
    let flags = try Self.flags.parse(arguments)
    guard let verb = flags.operands.first, ["install", "upgrade"].contains(verb), flags.operands.count == 1 else {
      throw Refusal("unknown command \"\(flags.operands.first ?? "")\" for \"cilium\"")
    }
    isUpgrade = verb == "upgrade"
    let words = "Unable to \(verb) Cilium:"
    guard let path = flags.string("kubeconfig") ?? environment["KUBECONFIG"] else {
      throw Refusal("\(words) unable to create Kubernetes client: no configuration has been provided")
    }
    do throws(Refusal) {
      client = try Kubeconfig(path).client
      guard let folder = flags.string("chart-directory") else { throw Refusal("the double needs --chart-directory") }
      guard HostFile.exists("\(folder)/Chart.yaml") else { throw Refusal("Chart.yaml file is missing") }
      let description = try YAMLText.document(try HostFile.text("\(folder)/Chart.yaml"))
      guard description["name"].string == "cilium" else {
        throw Refusal("the chart in \(folder) is \(description["name"].string ?? "nameless"), not cilium")
      }
      let version = flags.string("version") ?? ""
      guard description["version"].string == version else {
        throw Refusal("the chart in \(folder) is \(description["version"].string ?? ""), not \(version)")
      }
      guard let values = flags.string("values") else { throw Refusal("the double needs --values") }
      chart = CiliumChart(
        values: try CiliumValues(text: try HostFile.text(values)), version: version,
        namespace: flags.string("namespace") ?? "kube-system")
    } catch {
      throw Refusal("\(words) \(error)")
    }
  }

  /// Does it; what it prints.
  func run() async throws -> String {
    let records = try await client.list(.secrets, namespace: chart.namespace, labels: "owner=helm,name=cilium")
      .sorted { Self.revision($0) < Self.revision($1) }
    let last = records.last
    let status = last?["metadata"]["labels"]["status"].string ?? ""
    if status.hasPrefix("pending-") {
      throw Refusal("another operation (install/upgrade/rollback) is in progress")
    }
    if !isUpgrade, last != nil { throw Refusal("cannot re-use a name that is still in use") }
    if isUpgrade, last == nil { throw Refusal("\"cilium\" has no deployed releases") }
    let revision = (last.map(Self.revision) ?? 0) + 1
    let name = "sh.helm.release.v1.cilium.v\(revision)"
    let now = "\(Int(Date().timeIntervalSince1970))"
    _ = try await client.create(
      .secrets, namespace: chart.namespace,
      [
        "apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1",
        "metadata": [
          "name": .string(name), "namespace": .string(chart.namespace),
          "labels": [
            "owner": "helm", "name": "cilium", "version": .string("\(revision)"),
            "status": isUpgrade ? "pending-upgrade" : "pending-install", "createdAt": .string(now),
          ],
        ], "data": ["release": .string(Data("double \(chart.version)".utf8).base64EncodedString())],
      ])
    for (kind, object) in chart.objects {
      _ = try await client.apply(kind, namespace: chart.namespace, object, manager: "helm", force: true)
    }
    if let last, status == "deployed" {
      try await mark(last["metadata"]["name"].string ?? "", "superseded")
    }
    try await mark(name, "deployed")
    return "Cilium \(chart.version) \(isUpgrade ? "upgraded" : "installed") (release revision \(revision))\n"
  }

  private func mark(_ name: String, _ status: String) async throws {
    let now = "\(Int(Date().timeIntervalSince1970))"
    // As Helm's storage does it: a changed record has modifiedAt in place of createdAt.
    _ = try await client.merge(
      .secrets, namespace: chart.namespace, name: name,
      ["metadata": ["labels": ["status": .string(status), "modifiedAt": .string(now), "createdAt": .null]]])
  }

  private static func revision(_ record: JSON) -> Int {
    Int(record["metadata"]["labels"]["version"].string ?? "") ?? 0
  }
}
