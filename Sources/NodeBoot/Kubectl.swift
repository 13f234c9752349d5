import Diagnostics
import FoundationEssentials

/// The cluster, as kubectl reaches it. Nothing that kubectl prints is shown but the end of its standard error.
struct Kubectl: Sendable {
  /// The ConfigMap in kube-system that says which hash of which add-on was applied.
  static let recordName = "ll-addons"
  /// Who owns the fields that are applied (server-side apply).
  static let fieldManager = "ll-node"

  private let program: Program

  init(_ program: Program) { self.program = program }

  /// Whether the API server says that it is ready; throws what it says instead.
  func checkReadiness() throws(AddOnFault) {
    _ = try run("get", "--raw=/readyz", "--request-timeout=10s")
  }

  /// The hashes that any master has recorded, by the add-on's name.
  func records() throws(AddOnFault) -> [String: String] {
    struct ConfigMap: Decodable { var data: [String: String]? }
    let output = try run(
      "--namespace=kube-system", "get", "configmap", Self.recordName, "--ignore-not-found", "--output=json",
      "--request-timeout=10s")
    if output.isEmpty { return [:] }
    do {
      return try JSONDecoder().decode(ConfigMap.self, from: Data(output)).data ?? [:]
    } catch {
      throw AddOnFault("kubectl get configmap \(Self.recordName): the answer is no ConfigMap")
    }
  }

  /// Records a hash. Each add-on has a field manager of its own: with one for all, applying one key would remove the
  /// keys that another master has recorded in the meantime.
  func record(_ hash: String, of name: String) throws(AddOnFault) {
    let object = JSONText.object([
      .init("apiVersion", .string("v1")), .init("kind", .string("ConfigMap")),
      .init(
        "metadata", .object([.init("name", .string(Self.recordName)), .init("namespace", .string("kube-system"))])),
      .init("data", .object([.init(name, .string(hash))])),
    ])
    _ = try run(
      "apply", "--server-side", "--force-conflicts", "--field-manager=\(Self.fieldManager)-\(name)", "-f", "-",
      input: object.compact)
  }

  /// Applies the objects in a file.
  func apply(_ path: String) throws(AddOnFault) {
    _ = try run(
      "apply", "--server-side", "--force-conflicts", "--field-manager=\(Self.fieldManager)", "-f", path)
  }

  /// Helm's records of the release `name` in kube-system, without what is in them.
  func releases(_ name: String) throws(AddOnFault) -> [HelmRelease] {
    let template =
      "{range .items[*]}{.metadata.labels.version} {.metadata.labels.status} createdAt={.metadata.labels.createdAt} "
      + "modifiedAt={.metadata.labels.modifiedAt}{\"\\n\"}{end}"
    let output = try run(
      "--namespace=kube-system", "get", "secrets", "--selector=owner=helm,name=\(name)",
      "--output=jsonpath=\(template)", "--request-timeout=10s")
    return String(decoding: output, as: UTF8.self).split(separator: "\n").compactMap { HelmRelease($0) }
  }

  /// Removes a record by what tells it from a later one with the same name.
  func remove(_ release: HelmRelease, _ written: HelmRelease.Stamp, of name: String) throws(AddOnFault) {
    let labels = "owner=helm,name=\(name),version=\(release.revision),\(written.label)=\(written.seconds)"
    _ = try run("--namespace=kube-system", "delete", "secrets", "--selector=\(labels)", "--ignore-not-found")
  }

  /// Every registered node's labels.
  func nodes() throws(AddOnFault) -> [String: [String: String]] {
    let template = "{range .items[*]}{.metadata.name} {.metadata.labels}{\"\\n\"}{end}"
    let output = try run("get", "nodes", "--output=jsonpath=\(template)", "--request-timeout=30s")
    var nodes: [String: [String: String]] = [:]
    for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 1)
      guard let name = words.first else { continue }
      let labels = words.count == 2 ? words[1] : "{}"
      do {
        nodes[String(name)] = try JSONDecoder().decode([String: String].self, from: Data(labels.utf8))
      } catch {
        throw AddOnFault("kubectl get nodes: the labels of \(name) cannot be read")
      }
    }
    return nodes
  }

  /// Sets labels of a node.
  func label(_ node: String, _ labels: [String: String]) throws(AddOnFault) {
    let words = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    _ = try run(["label", "node", node] + words + ["--overwrite"])
  }

  private func run(_ arguments: String..., input: [UInt8] = []) throws(AddOnFault) -> [UInt8] {
    try run(arguments, input: input)
  }

  private func run(_ arguments: [String], input: [UInt8] = []) throws(AddOnFault) -> [UInt8] {
    let outcome = program.run(arguments, input: input)
    guard let fault = outcome.fault else { return outcome.output }
    let verb = arguments.first { !$0.hasPrefix("-") } ?? ""
    throw AddOnFault("\(program.name) \(verb): \(fault)")
  }
}
