import Foundation
import Glibc
import TestSupport
import Testing

@testable import KubernetesDouble

/// A podman that keeps containers as files: `run` notes its words, `wait` lasts until `rm` or `stop`.
func fakePodman(_ folder: TemporaryFolder) throws -> String {
  let script = try folder.write(
    """
    #!/bin/sh
    root='\(folder.url.path)/containers'
    mkdir -p "$root"
    verb=$1; shift
    for last; do :; done
    case $verb in
    run)
      for word; do case $word in --name=*) name=${word#--name=};; esac; done
      # Whole, or not there.
      printf '%s\\n' "$@" > "$root.$name" && mv "$root.$name" "$root/$name";;
    wait) while [ -e "$root/$last" ]; do sleep 0.1; done; echo 137;;
    rm | stop) rm -f "$root/$last";;
    container) exit 1;;
    esac
    """, to: "podman")
  try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
  return script.path
}

@Suite(
  "a node's boot: runtime, kubelet, controllers and Cilium in one process", .enabled(if: RunningEtcd.program != nil),
  .timeLimit(.minutes(3)))
struct BootTests {
  private func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    for _ in 0..<400 {
      if try await condition() { return }
      try await Task.sleep(for: .milliseconds(100))
    }
    Issue.record("never: \(what)")
  }

  @Test("the node registers, is ready once Cilium's agent has reached the API server, and stops its pods at the end")
  func boot() async throws {
    let cluster = try await RunningCluster()
    #expect(try await cluster.ready().status == 200)
    let folder = cluster.node.temporary
    let path = folder.url.path
    let network = "\(path)/net.d"
    try HostFile.makeFolder(network)
    let crio = try await HTTPServer.start(.unix("\(path)/crio.sock")) { _ in
      .json(
        200,
        ["network_ready": .bool((try? HostFile.names(in: network))?.isEmpty == false), "network_message": "no CNI"])
    }
    let (healthz, secure) = (try FreePort.take(), try FreePort.take())
    let configuration = try cluster.node.text("/etc/kubernetes/kubelet.yaml")
      .replacing("/run/crio/crio.sock", with: "\(path)/crio.sock").replacing("10248", with: "\(healthz)")
      .replacing("maxPods: 110", with: "maxPods: 110\naddress: 127.0.0.1\nport: \(secure)")
    let manifest = try cluster.node.text("/etc/kubernetes/manifests/kube-scheduler.yaml")
    try folder.write(
      manifest.replacing("path: \(path)/anchors", with: "path: \(cluster.node.pki.anchors.path)"),
      to: "etc/kubernetes/manifests/kube-scheduler.yaml")
    try folder.write(configuration, to: "etc/kubernetes/kubelet.yaml")
    let options = try await KubeletOptions([
      "--config=\(path)/etc/kubernetes/kubelet.yaml", "--kubeconfig=\(cluster.kubeconfig("kubelet"))",
      "--hostname-override=master-1", "--node-ip=127.0.0.1", "--root-dir=\(path)/kubelet",
    ])
    let kubelet = Kubelet(options, podman: try fakePodman(folder), log: Log(name: "kubelet"))
    let running = Task { try await kubelet.run() }
    let containers = "\(path)/containers"
    try await eventually("the static pod's container") {
      HostFile.exists("\(containers)/k8s_kube-scheduler_kube-scheduler_kube-system")
    }

    let admin = try cluster.client("admin")
    func ready() async throws -> String? {
      try await admin.find(.nodes, name: "master-1")?["status"]["conditions"].items?.first?["status"].string
    }
    try await eventually("the node") { try await ready() == "False" }
    #expect(try await HTTPClient().send("GET", "http://127.0.0.1:\(healthz)/healthz").status == 200)

    // The controller manager's work, by its own rights.
    let controller = try ControllerOptions(
      try cluster.node.command("kube-controller-manager"), of: "kube-controller-manager", flags: .kubeControllerManager,
      defaultPort: 10257)
    let work = ClusterWork(options: controller, log: Log(name: "kube-controller-manager"))
    let chart = CiliumChart(
      values: try CiliumValues(
        text: try cluster.node.text("/etc/kubernetes/addons/cilium-values.yaml").replacing(
          "7443", with: "\(cluster.node.apiPort)")),
      version: "1.20.0", namespace: "kube-system")
    for (kind, object) in chart.objects {
      _ = try await admin.apply(kind, namespace: "kube-system", object, manager: "helm", force: true)
    }
    await work.pass()
    #expect(try await admin.get(.nodes, name: "master-1")["spec"]["podCIDR"].string == "10.128.0.0/24")
    let agentFile = "\(containers)/k8s_cilium-agent_cilium-master-1_kube-system"
    try await eventually("the agent's container") { HostFile.exists(agentFile) }
    let words = try HostFile.text(agentFile).split(separator: "\n").map(String.init)
    #expect(words.contains("--env=K8S_NODE_NAME=master-1"))
    #expect(words.contains("--env=KUBERNETES_SERVICE_PORT=\(cluster.node.apiPort)"))

    // The agent's own program, with what its container would see.
    let agent = try CiliumAgent(
      environment: ["KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "\(cluster.node.apiPort)"],
      authority: "\(path)/kubelet/double/serviceaccount/ca.crt", configurationFolder: network, log: Log(name: "cilium"))
    let health = try await agent.start(port: 0)
    let client = HTTPClient()
    #expect(try await client.send("GET", "http://127.0.0.1:\(health.port)/healthz").status == 503)
    await agent.connect()
    #expect(try await client.send("GET", "http://127.0.0.1:\(health.port)/healthz").status == 200)
    try await eventually("the node is ready") { try await ready() == "True" }

    // kubelet's own API: the API server's client certificate once RBAC says so, nobody without one.
    let reading = "https://127.0.0.1:\(secure)/pods"
    let pem = cluster.node.pki.pki.appendingPathComponent("kube-apiserver-kubelet-client.pem").path
    let caller = HTTPClient(
      anchors: options.clientAuthorities, identity: try Identity(certificateFile: pem, keyFile: pem))
    #expect(try await HTTPClient().send("GET", reading).status == 401)
    #expect(try await caller.send("GET", reading).status == 403)
    let rbac = try cluster.node.write("/etc/kubernetes/addons/rbac.yaml")
    _ = await cluster.kubectl("apply", "--server-side", "--force-conflicts", "--field-manager=ll-node", "-f", rbac)
    try await eventually("the API server may read") { try await caller.send("GET", reading).status == 200 }

    running.cancel()
    try await running.value
    #expect(try HostFile.names(in: containers).isEmpty)
    await health.stop()
    await crio.stop()
    await cluster.stop()
  }
}

/// The built program; `nil` where this run did not build it.
private let program: URL? = {
  let url = Bundle.main.bundleURL.appendingPathComponent("kubernetes-double")
  return FileManager.default.isExecutableFile(atPath: url.path) ? url : nil
}()

@Suite("the program", .enabled(if: program != nil), .timeLimit(.minutes(2)))
struct ProgramTests {
  @Test(
    "says on its first line, and in its version, that it is a double",
    arguments: [
      "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-vip", "kubelet", "crio", "cilium-agent",
      "kubectl", "cilium",
    ])
  func banner(_ name: String) async throws {
    let folder = try TemporaryFolder()
    let link = folder.url.appendingPathComponent(name)
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: try #require(program))
    let banner = "THIS IS A DOUBLE OF \(name), NOT \(name)\n"
    let version = try await ChildProcess.run(["timeout", "60", link.path, "--version"])
    #expect(version.status == 0)
    #expect(version.output.hasPrefix(banner))
    let refused = try await ChildProcess.run(["timeout", "60", "env", "-i", link.path, "--no-such-flag"])
    #expect(refused.status == 1)
    #expect(refused.output.hasPrefix(banner))
    let program = try #require(program).path
    let called = try await ChildProcess.run(["timeout", "60", "env", "-i", program, name, "--no-such-flag"])
    #expect(called == refused)
  }

  @Test("crio listens, says so to systemd, and ends at SIGTERM")
  func crio() async throws {
    let folder = try TemporaryFolder()
    let path = folder.url.path
    for name in ["crun", "conmon", "pinns"] { try folder.write("", to: name) }
    let golden = try RenderedNode.golden("/etc/crio/crio.conf.d/10-low-layer.conf")
      .replacing("/usr/local/libexec/cri-o-1.36.3/cri-o/bin", with: path).replacing("/run/crio", with: path)
      .replacing("/etc/cni/net.d", with: "\(path)/net.d")
    try folder.write(golden, to: "conf.d/10-low-layer.conf")
    let process = try SpawnedProcess([
      "timeout", "60", try #require(program).path, "crio", "--config-dir=\(path)/conf.d", "--config=\(path)/none",
    ])
    let client = HTTPClient(timeout: .seconds(2))
    var info: JSON?
    for _ in 0..<400 where info == nil {
      if let answer = try? await client.send("GET", "/info", socket: "\(path)/crio.sock") {
        info = try JSON(parsing: answer.body)
      } else {
        try await Task.sleep(for: .milliseconds(100))
      }
    }
    #expect(info?["cgroup_driver"].string == "systemd")
    #expect(info?["network_ready"].boolean == false)
    process.send(SIGTERM)
    #expect(process.wait() == 0)
  }
}
