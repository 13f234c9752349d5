import Foundation

/// The doubles as one program: called by the name of what is doubled, or with that name as its first argument.
public enum DoubleProgram {
  static let kubernetesVersion = "v1.36.2"
  static let crioVersion = "1.36.3"

  private static let names = [
    "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-vip", "kubelet", "crio", "cilium-agent",
    "kubectl", "cilium",
  ]

  /// Runs to the end of what is doubled.
  ///
  /// - Parameter words: the command line, the program's own name first.
  /// - Returns: The exit status: 0; 1 where it refuses; 2 where nobody is doubled.
  public static func run(_ words: [String]) async -> Int32 {
    var arguments = words.dropFirst()
    var name = words.first?.split(separator: "/").last.map(String.init) ?? ""
    if !names.contains(name) { name = arguments.popFirst() ?? "" }
    guard names.contains(name) else {
      print(to: .standardError, "usage: kubernetes-double (\(names.joined(separator: " | "))) ARGUMENTS\n")
      return 2
    }
    let banner = "THIS IS A DOUBLE OF \(name), NOT \(name)"
    if ["--version", "version"].contains(arguments.first ?? ""), arguments.count == 1 {
      print(to: .standardOutput, "\(banner)\nKubernetes \(kubernetesVersion), CRI-O \(crioVersion)\n")
      return 0
    }
    print(to: .standardError, "\(banner)\n")
    let log = Log(name: name)
    do {
      return try await start(name, Array(arguments), log: log)
    } catch {
      let message = (error as? APIStatus)?.message ?? "\(error)"
      print(to: .standardError, "Error: \(message)\n")
      return 1
    }
  }

  private static func start(_ name: String, _ arguments: [String], log: Log) async throws -> Int32 {
    let environment = ProcessInfo.processInfo.environment
    switch name {
    case "kube-apiserver":
      let signals = Termination.signals()
      let server = try await APIServer(try APIServerOptions(arguments)).start()
      log.line("Serving securely on port \(server.port)")
      for await _ in signals { break }
      await server.stop()
    case "kube-controller-manager": try await Controller.runControllerManager(arguments, log: log)
    case "kube-scheduler": try await Controller.runScheduler(arguments, log: log)
    case "kube-vip":
      try await KubeVIP(arguments, environment: environment).run(
        kubeconfig: environment["k8s_config_file"] ?? "/etc/kubernetes/admin.conf", log: log)
    case "kubelet": try await runKubelet(arguments, environment, log)
    case "crio": try await Crio.run(arguments, log: log)
    case "cilium-agent": try await runAgent(environment, log)
    case "kubectl":
      let outcome = await Kubectl.run(arguments, environment: environment) {
        Array(FileHandle.standardInput.readDataToEndOfFile())
      }
      print(to: .standardOutput, outcome.output)
      print(to: .standardError, outcome.errors)
      return outcome.status
    default: print(to: .standardOutput, try await CiliumCommand(arguments, environment: environment).run())
    }
    return 0
  }

  private static func runKubelet(_ arguments: [String], _ environment: [String: String], _ log: Log) async throws {
    let options = try await KubeletOptions(arguments)
    try KernelCheck.check(options.configuration)
    let signals = Termination.signals()
    let kubelet = Kubelet(options, podman: environment["LL_DOUBLE_PODMAN"] ?? "podman", log: log)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await kubelet.run() }
      group.addTask { for await _ in signals { break } }
      // Whichever ends first: a refusal, or the signal, after which the pods are stopped.
      try await group.next()
      group.cancelAll()
      try await group.waitForAll()
    }
  }

  private static func runAgent(_ environment: [String: String], _ log: Log) async throws {
    let signals = Termination.signals()
    let agent = try CiliumAgent(environment: environment, log: log)
    let server = try await agent.start()
    // It tries beside the wait for the signal.
    let connecting = Task { await agent.connect() }
    for await _ in signals { break }
    connecting.cancel()
    await server.stop()
  }

  private static func print(to stream: FileHandle, _ text: String) { stream.write(Data(text.utf8)) }
}
