import Dispatch
import Foundation
import Glibc
import TestSupport
import Testing

@testable import KubernetesDouble

private let program: URL? = {
  let url = Bundle.main.bundleURL.appendingPathComponent("kubernetes-double")
  return FileManager.default.isExecutableFile(atPath: url.path) ? url : nil
}()

/// A socket as systemd gives it to a service of `Type=notify`.
private func notifySocket(_ path: String) -> Int32 {
  let number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
  let length = socklen_t(MemoryLayout<sockaddr_un>.size)
  let result = withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(number, $0, length) }
  }
  return result == 0 ? number : -1
}

@Suite("the kubelet double's program", .enabled(if: program != nil), .timeLimit(.minutes(2)))
struct KubeletProgramTests {
  @Test("tells systemd that it is ready without waiting for the API server, and stops its pods at SIGTERM")
  func lifetime() async throws {
    let node = try RenderedNode()
    let path = node.temporary.url.path
    let crio = try await HTTPServer.start(.unix("\(path)/crio.sock")) { _ in .json(200, ["network_ready": false]) }
    let ports = [try FreePort.take(), try FreePort.take()]
    let configuration = try node.text("/etc/kubernetes/kubelet.yaml")
      .replacing("/run/crio/crio.sock", with: "\(path)/crio.sock").replacing("10248", with: "\(ports[0])")
      .replacing("maxPods: 110", with: "maxPods: 110\naddress: 127.0.0.1\nport: \(ports[1])")
      // The kernel under the tests is as it is.
      .replacing("failSwapOn: true", with: "failSwapOn: false")
      .replacing("protectKernelDefaults: true", with: "protectKernelDefaults: false")
    try node.temporary.write(configuration, to: "etc/kubernetes/kubelet.yaml")
    try node.write("/etc/kubernetes/kubelet.kubeconfig")
    let manifest = try node.text("/etc/kubernetes/manifests/kube-scheduler.yaml")
    try node.temporary.write(manifest, to: "etc/kubernetes/manifests/kube-scheduler.yaml")
    let socket = notifySocket("\(path)/notify")
    #expect(socket >= 0)
    defer { close(socket) }
    // In the foreground it passes the signal on to the kubelet alone, as KillMode=process does.
    let process = try SpawnedProcess([
      "timeout", "--foreground", "60", "env", "NOTIFY_SOCKET=\(path)/notify",
      "LL_DOUBLE_PODMAN=\(try fakePodman(node.temporary))",
      try #require(program).path, "kubelet", "--config=\(path)/etc/kubernetes/kubelet.yaml",
      "--kubeconfig=\(path)/etc/kubernetes/kubelet.kubeconfig", "--hostname-override=master-1", "--node-ip=127.0.0.1",
    ])
    var state = [UInt8](repeating: 0, count: 64)
    var count = -1
    let container = "\(path)/containers/k8s_kube-scheduler_kube-scheduler_kube-system"
    for _ in 0..<500 where count <= 0 || !HostFile.exists(container) {
      if count <= 0 { count = recv(socket, &state, state.count, 0) }
      try await Task.sleep(for: .milliseconds(100))
    }
    #expect(String(decoding: state[..<max(0, count)], as: UTF8.self) == "READY=1")
    #expect(HostFile.exists(container))
    process.send(SIGTERM)
    let status = await withCheckedContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(returning: process.wait()) }
    }
    #expect(status == 0)
    #expect(!HostFile.exists(container))
    await crio.stop()
  }
}
