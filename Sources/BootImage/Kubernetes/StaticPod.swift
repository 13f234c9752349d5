/// A static pod of the control plane: host network, highest priority, one container.
struct StaticPod {
  /// The pod's and the container's name.
  var name: String
  /// The image, by digest.
  var image: String
  /// The program and its flags.
  var command: [String]
  /// Arguments to the image's own entry point, where `command` is empty.
  var arguments: [String] = []
  /// Environment variables, in order.
  var environment: [(String, String)] = []
  /// Folders of the host that it sees at the same path; `isWritable` where it writes.
  var mounts: [(path: String, isWritable: Bool)]
  /// A file of the host that it sees at another path.
  var file: (host: String, path: String)?
  /// Capabilities it needs beyond none.
  var capabilities: [String] = []
  /// Its health endpoints; `nil` for a program that has none.
  var probes: Probes?
  /// CPU that it is promised.
  var cpuRequest: String
  /// Memory that it is promised.
  var memoryRequest = "128Mi"

  /// HTTP health endpoints on the loopback.
  struct Probes {
    var port: Int
    var isTLS: Bool
    var live: String
    var ready: String
    /// How long start-up may take, in seconds.
    var startup: Int
  }

  /// The manifest for kubelet's `staticPodPath`.
  var manifest: YAMLContent {
    var container: [(String, YAMLContent)] = [("name", .string(name)), ("image", .string(image))]
    if !command.isEmpty { container.append(("command", .strings(command))) }
    if !arguments.isEmpty { container.append(("args", .strings(arguments))) }
    if !environment.isEmpty {
      container.append(
        ("env", .list(environment.map { .map([("name", .string($0.0)), ("value", .string($0.1))]) })))
    }
    if let probes {
      container += [
        ("startupProbe", probe(probes, probes.live, period: 2, failures: probes.startup / 2)),
        ("livenessProbe", probe(probes, probes.live, period: 10, failures: 8)),
        ("readinessProbe", probe(probes, probes.ready, period: 1, failures: 3)),
      ]
    }
    var security: [(String, YAMLContent)] = [("allowPrivilegeEscalation", .boolean(false))]
    var lists: [(String, YAMLContent)] = []
    if !capabilities.isEmpty { lists.append(("add", .strings(capabilities))) }
    lists.append(("drop", .strings(["ALL"])))
    security.append(("capabilities", .map(lists)))
    container += [
      ("resources", .map([("requests", .map([("cpu", .string(cpuRequest)), ("memory", .string(memoryRequest))]))])),
      ("securityContext", .map(security)),
      (
        "volumeMounts",
        .list(
          mounts.enumerated().map { index, mount in
            .map([
              ("name", .string("host-\(index)")), ("mountPath", .string(mount.path)),
              ("readOnly", .boolean(!mount.isWritable)),
            ])
          }
            + (file.map { file in
              [
                .map([
                  ("name", .string("file")), ("mountPath", .string(file.path)), ("readOnly", .boolean(true)),
                ])
              ]
            } ?? []))
      ),
    ]
    return .map([
      ("apiVersion", .string("v1")), ("kind", .string("Pod")),
      (
        "metadata",
        .map([
          ("name", .string(name)), ("namespace", .string("kube-system")),
          ("labels", .map([("component", .string(name)), ("tier", .string("control-plane"))])),
        ])
      ),
      (
        "spec",
        .map([
          ("containers", .list([.map(container)])), ("hostNetwork", .boolean(true)),
          ("priority", .integer(2_000_001_000)), ("priorityClassName", .string("system-node-critical")),
          (
            "securityContext",
            .map([
              // The certificates are root's alone. SELinux confines containers to labels that host folders such as /var/lib/etcd do not
              // have; the control plane is as trusted as the host it runs on.
              ("runAsUser", .integer(0)),
              ("seLinuxOptions", .map([("level", .string("s0")), ("type", .string("spc_t"))])),
              ("seccompProfile", .map([("type", .string("RuntimeDefault"))])),
            ])
          ),
          (
            "volumes",
            .list(
              mounts.enumerated().map { index, mount in
                .map([
                  ("name", .string("host-\(index)")),
                  (
                    "hostPath",
                    .map([
                      ("path", .string(mount.path)),
                      ("type", .string(mount.isWritable ? "DirectoryOrCreate" : "Directory")),
                    ])
                  ),
                ])
              }
                + (file.map { file in
                  [
                    .map([
                      ("name", .string("file")),
                      ("hostPath", .map([("path", .string(file.host)), ("type", .string("File"))])),
                    ])
                  ]
                } ?? []))
          ),
        ])
      ),
    ])
  }

  private func probe(_ probes: Probes, _ path: String, period: Int, failures: Int) -> YAMLContent {
    .map([
      (
        "httpGet",
        .map([
          ("host", .string("127.0.0.1")), ("path", .string(path)), ("port", .integer(probes.port)),
          ("scheme", .string(probes.isTLS ? "HTTPS" : "HTTP")),
        ])
      ),
      ("periodSeconds", .integer(period)), ("timeoutSeconds", .integer(5)), ("failureThreshold", .integer(failures)),
    ])
  }
}
