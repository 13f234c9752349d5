import Foundation

/// kubectl's double: the calls that `ll-node addons` makes, and looking at nodes.
struct Kubectl: Sendable {
  /// What it prints, and its exit status.
  struct Outcome: Sendable, Hashable {
    var output = ""
    var errors = ""
    var status: Int32 = 0
  }

  private static let flags = FlagSet(
    """
    string:namespace output raw selector filename field-manager kubeconfig field-selector
    bool:ignore-not-found server-side force-conflicts overwrite help wait
    duration:request-timeout
    """)

  /// - Parameters:
  ///   - environment: where `KUBECONFIG` is.
  ///   - input: standard input, read where a file is called `-`.
  static func run(
    _ arguments: [String], environment: [String: String], input: @Sendable () -> [UInt8]
  ) async -> Outcome {
    do {
      let flags = try flags.parse(expanded(arguments))
      guard let path = flags.string("kubeconfig") ?? environment["KUBECONFIG"] else {
        throw Refusal(
          "The connection to the server localhost:8080 was refused - did you specify the right host or port?")
      }
      var client = try Kubeconfig(path).client
      if let limit = flags.string("request-timeout").flatMap({ GoDuration($0) }), limit.nanoseconds > 0 {
        client.client.timeout = .nanoseconds(limit.nanoseconds)
      }
      let call = KubectlCall(client: client, flags: flags)
      switch flags.operands.first {
      case "get": return try await call.get()
      case "apply": return try await call.apply(input)
      case "delete": return try await call.delete()
      case "label": return try await call.label()
      case let word: throw Refusal("error: unknown command \"\(word ?? "")\" for \"kubectl\"")
      }
    } catch let status as APIStatus {
      let words =
        status.reason == "InternalError"
        ? "an error on the server (\(JSON.string(status.message).text)) has prevented the request from succeeding"
        : status.message
      return Outcome(errors: "Error from server (\(status.reason)): \(words)\n", status: 1)
    } catch {
      let words = "\(error)"
      let isOurs = words.hasPrefix("error:") || words.hasPrefix("The ")
      return Outcome(errors: (isOurs ? words : "error: \(words)") + "\n", status: 1)
    }
  }

  /// The shorthands in full.
  private static func expanded(_ arguments: [String]) -> [String] {
    let names = ["-f": "--filename", "-n": "--namespace", "-o": "--output", "-l": "--selector"]
    return arguments.flatMap { word -> [String] in
      if let name = names[word] { return [name] }
      let short = String(word.prefix(2))
      if let name = names[short], !word.hasPrefix("--") { return ["\(name)=\(word.dropFirst(2))"] }
      return [word]
    }
  }
}

/// One call.
private struct KubectlCall {
  let client: KubeClient
  let flags: Flags

  private var namespace: String { flags.string("namespace") ?? "default" }

  private func kind(_ word: String) throws(Refusal) -> ResourceKind {
    let kind = ResourceKind.all.first { $0.resource == word || $0.kind.lowercased() == word }
    guard let kind else { throw Refusal("error: the server doesn't have a resource type \"\(word)\"") }
    return kind
  }

  func get() async throws -> Kubectl.Outcome {
    if let path = flags.string("raw") {
      return Kubectl.Outcome(output: String(decoding: try await client.raw(path).body, as: UTF8.self))
    }
    let operands = flags.operands.dropFirst()
    guard let word = operands.first else { throw Refusal("error: Required resource not specified.") }
    let kind = try kind(word)
    let place = kind.isNamespaced ? namespace : nil
    var answer: JSON
    if let name = operands.dropFirst().first {
      guard let object = try await client.find(kind, namespace: place, name: name) else {
        if flags.bool("ignore-not-found", default: false) { return Kubectl.Outcome() }
        throw APIStatus.notFound(kind, name)
      }
      answer = object
    } else {
      let items = try await client.list(kind, namespace: place, labels: flags.string("selector") ?? "")
      answer = ["apiVersion": "v1", "kind": "List", "items": .array(items)]
    }
    let output = flags.string("output") ?? ""
    if output == "json" { return Kubectl.Outcome(output: answer.text + "\n") }
    if output.hasPrefix("jsonpath=") {
      return Kubectl.Outcome(output: try JSONPath(String(output.dropFirst("jsonpath=".count))).text(of: answer))
    }
    guard output.isEmpty else {
      throw Refusal("error: unable to match a printer suitable for the output format \"\(output)\"")
    }
    return table(answer["items"].items ?? [answer])
  }

  private func table(_ items: [JSON]) -> Kubectl.Outcome {
    if items.isEmpty { return Kubectl.Outcome(errors: "No resources found\n") }
    let lines = items.map { item in
      let name = item["metadata"]["name"].string ?? ""
      let ready = (item["status"]["conditions"].items ?? []).first { $0["type"].string == "Ready" }
      return ready.map { "\(name)   \($0["status"].string == "True" ? "Ready" : "NotReady")" } ?? name
    }
    return Kubectl.Outcome(output: (["NAME   STATUS"] + lines).joined(separator: "\n") + "\n")
  }

  func apply(_ input: () -> [UInt8]) async throws -> Kubectl.Outcome {
    guard flags.bool("server-side", default: false) else {
      throw Refusal("error: the double applies with --server-side only")
    }
    guard let file = flags.string("filename") else {
      throw Refusal("error: must specify one of -f and -k")
    }
    let text = file == "-" ? String(decoding: input(), as: UTF8.self) : try HostFile.text(file)
    var outcome = Kubectl.Outcome()
    for object in try YAMLText.documents(text) {
      let version = object["apiVersion"].string ?? ""
      guard let kind = ResourceKind.of(kind: object["kind"].string ?? "", apiVersion: version) else {
        throw Refusal(
          "error: resource mapping not found for name: \"\(object["metadata"]["name"].string ?? "")\" from \"\(file)\": "
            + "no matches for kind \"\(object["kind"].string ?? "")\" in version \"\(version)\"")
      }
      let place = kind.isNamespaced ? object["metadata"]["namespace"].string ?? namespace : nil
      _ = try await client.apply(
        kind, namespace: place, object, manager: flags.string("field-manager") ?? "kubectl",
        force: flags.bool("force-conflicts", default: false))
      let group = kind.group.isEmpty ? "" : ".\(kind.group)"
      let name = object["metadata"]["name"].string ?? ""
      outcome.output += "\(kind.kind.lowercased())\(group)/\(name) serverside-applied\n"
    }
    return outcome
  }

  func delete() async throws -> Kubectl.Outcome {
    guard let word = flags.operands.dropFirst().first else {
      throw Refusal("error: You must provide one or more resources")
    }
    let kind = try kind(word)
    let place = kind.isNamespaced ? namespace : nil
    var names = Array(flags.operands.dropFirst(2))
    if let selector = flags.string("selector") {
      names = try await client.list(kind, namespace: place, labels: selector).compactMap {
        $0["metadata"]["name"].string
      }
      if names.isEmpty { return Kubectl.Outcome(output: "No resources found\n") }
    }
    var outcome = Kubectl.Outcome()
    for name in names {
      do {
        try await client.delete(kind, namespace: place, name: name)
        outcome.output += "\(kind.kind.lowercased()) \"\(name)\" deleted\n"
      } catch let status as APIStatus where status.code == 404 && flags.bool("ignore-not-found", default: false) {
        continue
      }
    }
    return outcome
  }

  func label() async throws -> Kubectl.Outcome {
    let operands = Array(flags.operands.dropFirst())
    guard operands.count >= 3 else { throw Refusal("error: at least one label update is required") }
    let kind = try kind(operands[0])
    let name = operands[1]
    let place = kind.isNamespaced ? namespace : nil
    let old = try await client.get(kind, namespace: place, name: name)["metadata"]["labels"]
    var labels: [String: JSON] = [:]
    for word in operands.dropFirst(2) {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2 else { throw Refusal("error: invalid label spec: \(word)") }
      if let value = old[parts[0]].string, value != parts[1], !flags.bool("overwrite", default: false) {
        throw Refusal("error: '\(parts[0])' already has a value (\(value)), and --overwrite is false")
      }
      labels[parts[0]] = .string(parts[1])
    }
    _ = try await client.merge(kind, namespace: place, name: name, ["metadata": ["labels": .object(labels)]])
    return Kubectl.Outcome(output: "\(kind.kind.lowercased())/\(name) labeled\n")
  }
}
