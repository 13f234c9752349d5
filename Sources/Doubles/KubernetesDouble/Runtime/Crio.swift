import Foundation

/// CRI-O's double: its socket, and what it says of itself there. Containers are podman's.
enum Crio {
  static func run(_ arguments: [String], log: Log) async throws(Refusal) {
    let flags = FlagSet("string:config config-dir log-level\nbool:help")
    let parsed = try flags.parse(arguments)
    let configuration = try CrioConfiguration(
      folder: parsed.string("config-dir") ?? "/etc/crio/crio.conf.d",
      file: parsed.string("config") ?? "/etc/crio/crio.conf")
    try configuration.validate(onHost: true)
    let path = configuration.listen
    try HostFile.makeFolder(String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.endIndex)))
    try HostFile.makeFolder(configuration.networkFolder)
    let signals = Termination.signals()
    let server = try await HTTPServer.start(.unix(path)) { request in
      guard request.path == "/info" else { return .text(404, "404 page not found") }
      return .json(200, info(configuration))
    }
    log.line("listening on \(path)")
    SystemdNotification.send("READY=1")
    for await _ in signals { break }
    await server.stop()
  }

  /// `GET /info`, with what the kubelet double wants to know of the network.
  private static func info(_ configuration: CrioConfiguration) -> JSON {
    let folder = configuration.networkFolder
    let names = (try? HostFile.names(in: folder)) ?? []
    let isReady = names.contains { name in [".conf", ".conflist", ".json"].contains { name.hasSuffix($0) } }
    return [
      "storage_driver": "overlay", "storage_root": .string(configuration.root),
      "cgroup_driver": .string(configuration.cgroupManager), "network_ready": .bool(isReady),
      "network_message": .string(
        "NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: No CNI configuration "
          + "file in \(folder). Has your network provider started?"),
    ]
  }
}
