import ArgumentParser
import Console
import Diagnostics
import Glibc
import NodeBoot

/// `ll-node addons`
struct AddOnsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "addons",
    abstract: "Apply Cilium, CoreDNS, RBAC and node labels, each once per version.",
    discussion: """
      The manifest is in systemd's syntax. [AddOns] has Kubeconfig=, Kubectl= and StateDirectory=. Then, in the order in \
      which they are applied: [Manifest] with Path=; [Cilium] with Program=, ChartDirectory=, Version= and Values=; \
      [NodeLabels] with Node= and Label=KEY=VALUE, which may be repeated.

      It waits for the API server, and applies what the cluster does not have yet by the hashes in the ConfigMap \
      ll-addons in kube-system, so that every master may run it at the same time. Where the cluster has another version \
      although this node has applied its own before, another master brought it, and it stays. What fails is tried again \
      after 2, 4, 8 … 60 seconds while the rest goes on; a kubectl is killed after one minute, Cilium's tool after five.

      Labels of nodes that are not registered yet are pending, which is said and is no failure: the next run sets them. \
      Only this node must be registered and have its own. To apply a version again, delete its key in the ConfigMap.
      """)

  @Option(help: ArgumentHelp("The manifest.", valueName: "file"))
  var manifest = AddOnManifest.defaultPath

  @Option(help: ArgumentHelp("This node's name. (default: the host's name)", valueName: "name"))
  var node: String?

  @Option(help: Interval.help) var interval = Interval.seconds(2)

  @OptionGroup var gate: GateOptions

  mutating func run() async throws {
    var found = Report()
    let read = try AddOnManifest(parsing: InputFile.read(manifest), report: &found)
    var report = Report()
    report.add(contentsOf: found, in: manifest)
    for finding in report.sorted { Output.error.line(finding.description) }
    guard let read, !report.hasErrors else { throw Exit.inputIsWrong }

    ChildGroup.endsWithThisProcess()
    let format = gate.format
    let check = AddOns(read, node: node ?? Self.hostName()) { event in
      Output.standard.line(format == .json ? Self.json(event) : "addons: \(Self.words(event))")
    }
    try await gate.pass(check, named: "addons", every: interval)
  }

  /// What kubelet would call this node.
  private static func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    // The last byte stays zero: a name that fills the buffer may come without an end.
    guard gethostname(&name, name.count - 1) == 0 else { return "" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).lowercased()
  }

  private static func words(_ event: AddOns.Event) -> String {
    switch event {
    case .applying(let name): "applying: \(name)"
    case .applied(let name, let verb): "applied: \(name) (\(verb))"
    case .present(let name): "already applied: \(name)"
    case .superseded(let name): "another master's version stays: \(name)"
    case .pending([]): "no labels are pending any more"
    case .pending(let nodes): "labels are pending: not registered yet: \(nodes.joined(separator: ", "))"
    }
  }

  private static func json(_ event: AddOns.Event) -> String {
    let members: [JSONText.Member] =
      switch event {
      case .applying(let name): [.init("event", .string("applying")), .init("name", .string(name))]
      case .applied(let name, let verb):
        [.init("event", .string("applied")), .init("name", .string(name)), .init("by", .string(verb))]
      case .present(let name): [.init("event", .string("present")), .init("name", .string(name))]
      case .superseded(let name): [.init("event", .string("superseded")), .init("name", .string(name))]
      case .pending(let nodes):
        [.init("event", .string("pending")), .init("nodes", .array(nodes.map { .string($0) }))]
      }
    return String(decoding: JSONText.object([.init("gate", .string("addons"))] + members).compact, as: UTF8.self)
  }
}
