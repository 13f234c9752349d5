/// kubelet's double: static pods and the node's pods of the API through podman, the node, health and read endpoints.
actor Kubelet {
  private let options: KubeletOptions
  private let podman: Podman
  private let log: Log
  private var running: [String: RunningPod] = [:]
  private var words: [String: String] = [:]

  private struct RunningPod {
    var pod: Pod
    var runners: [ContainerRunner]
    var tasks: [Task<Void, Never>]
    var isStatic: Bool
  }

  init(_ options: KubeletOptions, podman program: String, log: Log) {
    self.options = options
    podman = Podman(program: program, node: .init(name: options.nodeName, address: options.nodeAddress))
    self.log = log
  }

  /// The runtime's word on itself; kubelet does not start without it.
  func runtimeStatus(within limit: Duration = .seconds(15)) async throws(Refusal) -> JSON {
    let endpoint = options.configuration.containerRuntimeEndpoint
    let path = String(endpoint.dropFirst("unix://".count))
    do throws(Refusal) {
      let response = try await HTTPClient(timeout: limit).send("GET", "/info", socket: path)
      return try JSON(parsing: response.body)
    } catch {
      throw Refusal(
        "failed to run Kubelet: validate service connection: validate CRI v1 runtime API for endpoint \"\(endpoint)\": "
          + "rpc error: code = Unavailable desc = connection error: desc = \"transport: Error while dialing: \(error)\""
      )
    }
  }

  /// Listens, and works until the task is cancelled; then all pods are stopped.
  func run() async throws(Refusal) {
    // As long as upstream's runtimeRequestTimeout.
    _ = try await runtimeStatus(within: .seconds(120))
    let configuration = options.configuration
    let healthz = try await HTTPServer.start(
      .port(host: configuration.healthzBindAddress, configuration.healthzPort)
    ) { request in
      request.path == "/healthz" ? .text(200, "ok") : .text(404, "404 page not found")
    }
    let server = KubeletServer(options: options) { await self.podList() }
    let reading = try await HTTPServer.start(
      .port(host: configuration.address, configuration.port), identity: options.serving
    ) { await server.answer($0) }
    log.line("Started kubelet; node \(options.nodeName)")
    SystemdNotification.send("READY=1")
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.repeatedly(every: .seconds(1)) { await self.syncStaticPods() } }
      group.addTask { await self.repeatedly(every: .seconds(1)) { await self.syncPods() } }
      group.addTask { await self.repeatedly(every: .seconds(2)) { await self.updateNode() } }
    }
    for name in running.keys.sorted() { await stop(name) }
    await healthz.stop()
    await reading.stop()
  }

  private func repeatedly(every pause: Duration, _ work: () async -> Void) async {
    while !Task.isCancelled {
      let look = await ContinuousClock().measure { await work() }
      // Cancelled means that the loop ends.
      try? await Task.sleep(for: Pace.pause(pause, after: look))
    }
  }

  private func syncStaticPods() async {
    guard let folder = options.configuration.staticPodPath else { return }
    var wanted: [String: Pod] = [:]
    do throws(Refusal) {
      for name in try HostFile.names(in: folder) {
        let path = "\(folder)/\(name)"
        do throws(Refusal) {
          let pod = try Pod(try YAMLText.document(try HostFile.text(path)), isStatic: true)
          wanted["static/\(pod.namespace)/\(pod.name)"] = pod
          tell(path, nil)
        } catch {
          tell(path, "can't process manifest file \"\(path)\": \(error)")
        }
      }
      tell(folder, nil)
    } catch {
      tell(folder, "unable to read config path \"\(folder)\": \(error)")
    }
    await adopt(wanted, isStatic: true, serviceAccount: nil)
  }

  private func syncPods() async {
    do {
      let pods = try await options.kubeconfig.client.list(.pods, fields: "spec.nodeName=\(options.nodeName)")
      var wanted: [String: Pod] = [:]
      for document in pods {
        let pod = try Pod(document, isStatic: false)
        wanted["api/\(pod.namespace)/\(pod.name)"] = pod
      }
      let folder = wanted.isEmpty ? nil : try await serviceAccountFolder()
      await adopt(wanted, isStatic: false, serviceAccount: folder)
      tell("pods", nil)
    } catch {
      tell("pods", "failed to list pods of this node: \(Self.describe(error))")
    }
  }

  /// The cluster's authority, where the controller manager has published it, for the pods of the API.
  private func serviceAccountFolder() async throws -> String {
    let map = try await options.kubeconfig.client.get(.configMaps, namespace: "kube-system", name: "kube-root-ca.crt")
    let folder = "\(options.rootFolder)/double/serviceaccount"
    try HostFile.makeFolder(folder)
    let bytes = Array((map["data"]["ca.crt"].string ?? "").utf8)
    let path = "\(folder)/ca.crt"
    if (try? HostFile.bytes(path)) != bytes { try HostFile.write(bytes, to: path) }
    return folder
  }

  private func adopt(_ wanted: [String: Pod], isStatic: Bool, serviceAccount: String?) async {
    for (name, current) in running where current.isStatic == isStatic {
      if wanted[name]?.source["spec"] != current.pod.source["spec"] { await stop(name) }
    }
    for (name, pod) in wanted.sorted(by: { $0.key < $1.key }) where running[name] == nil {
      let runners = pod.containers.map {
        ContainerRunner(pod, $0, podman: podman, serviceAccount: serviceAccount, log: log)
      }
      // Each container lives beside everything else, until the pod is stopped.
      let tasks = runners.map { runner in Task { await runner.run() } }
      running[name] = RunningPod(pod: pod, runners: runners, tasks: tasks, isStatic: isStatic)
    }
  }

  private func stop(_ name: String) async {
    guard let pod = running.removeValue(forKey: name) else { return }
    log.line("stopping pod \(pod.pod.namespace)/\(pod.pod.name)")
    await withTaskGroup(of: Void.self) { group in
      for runner in pod.runners { group.addTask { await runner.stop() } }
    }
    for task in pod.tasks { task.cancel() }
  }

  private func podList() async -> JSON {
    var items: [JSON] = []
    for name in running.keys.sorted() {
      guard let pod = running[name] else { continue }
      var item = pod.pod.source
      var statuses: [JSON] = []
      for (container, runner) in zip(pod.pod.containers, pod.runners) {
        statuses.append([
          "name": .string(container.name), "ready": .bool(await runner.isReady),
          "restartCount": .integer(Int64(await runner.restarts)),
        ])
      }
      item["status"] = ["containerStatuses": .array(statuses)]
      items.append(item)
    }
    return ["kind": "PodList", "apiVersion": "v1", "metadata": [:], "items": .array(items)]
  }

  private func updateNode() async {
    var node = NodeObject(options: options)
    do throws(Refusal) {
      let status = try await runtimeStatus()
      node.networkFault = status["network_ready"].boolean == true ? nil : status["network_message"].string ?? ""
    } catch {
      node.networkFault = "\(error)"
    }
    do {
      let client = options.kubeconfig.client
      guard let old = try await client.find(.nodes, name: options.nodeName) else {
        _ = try await client.create(.nodes, node.registration)
        log.line("Successfully registered node \(options.nodeName)")
        return
      }
      if old["status"]["conditions"].items?.first?["status"] != node.status["conditions"].items?.first?["status"] {
        log.line("node \(options.nodeName): \(node.networkFault == nil ? "Ready" : "NotReady")")
      }
      if var patch = node.patch(of: old) {
        patch["kind"] = "Node"
        _ = try await client.merge(.nodes, name: options.nodeName, patch)
      }
      try await NodeLease(name: options.nodeName, client: client).renew()
      tell("node", nil)
    } catch {
      tell("node", "unable to register or update node with API server: \(Self.describe(error))")
    }
  }

  /// Says a thing once until it changes.
  private func tell(_ topic: String, _ text: String?) {
    if words[topic] == text { return }
    words[topic] = text
    if let text { log.line(text) }
  }

  private static func describe(_ error: any Error) -> String {
    (error as? APIStatus)?.message ?? "\(error)"
  }
}
