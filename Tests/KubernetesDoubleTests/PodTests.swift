import Foundation
import TestSupport
import Testing

@testable import KubernetesDouble

private let validation = "kubernetes/kubernetes: pkg/apis/core/validation/validation.go"
private let types = "kubernetes/kubernetes: staging/src/k8s.io/api/core/v1/types.go"
private let quantity = "kubernetes/kubernetes: staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go"

@Suite("rendered static pods")
struct PodTests {
  private static let node = Podman.Node(name: "master-1", address: "10.20.0.11")

  private func pod(_ name: String) throws -> Pod {
    try Pod(
      try YAMLText.document(try RenderedNode.golden("/etc/kubernetes/manifests/\(name).yaml")), isStatic: true)
  }

  @Test("each becomes one podman run: host network, its folders, no pull, its command as entry point")
  func podman() throws {
    let pod = try pod("kube-vip")
    let words = try Podman(node: Self.node).runCommand(pod, pod.containers[0], serviceAccount: nil)
    #expect(
      words.prefix(8) == [
        "podman", "run", "--detach", "--replace", "--pull=never", "--network=host", "--restart=no",
        "--name=k8s_kube-vip_kube-vip_kube-system",
      ])
    for word in [
      "--cap-drop=ALL", "--cap-add=NET_ADMIN", "--cap-add=NET_RAW", "--security-opt=no-new-privileges", "--user=0",
      "--env=address=10.20.0.10", "--volume=/etc/kubernetes/pki:/etc/kubernetes/pki:ro",
      "--volume=/etc/kubernetes/kube-vip.kubeconfig:/etc/kubernetes/admin.conf:ro",
    ] { #expect(words.contains(word), "\(word)") }
    #expect(words.suffix(2).first?.hasPrefix("ghcr.io/kube-vip/kube-vip@sha256:") == true)
    #expect(words.last == "manager")
  }

  @Test(
    "of every control plane's pod the probes and command are read",
    arguments: [
      ("etcd", "http://127.0.0.1:2381/readyz"), ("kube-apiserver", "https://127.0.0.1:6443/readyz"),
      ("kube-controller-manager", "https://127.0.0.1:10257/healthz"),
      ("kube-scheduler", "https://127.0.0.1:10259/readyz"),
    ])
  func probes(_ row: (name: String, ready: String)) throws {
    let pod = try pod(row.name)
    #expect(pod.isHostNetwork)
    #expect(pod.containers.map(\.name) == [row.name])
    #expect(pod.containers[0].command.first == row.name)
    #expect(pod.containers[0].readinessProbe?.target == .http(row.ready))
    #expect(pod.containers[0].startupProbe?.failureThreshold == 150)
  }

  @Test(
    "a spoilt one is refused in the words of the API's validation",
    arguments: [
      Mutation("no image", "    image:", "    images:", validation, "spec.containers[0].image: Required value"),
      Mutation(
        "an unknown field", "  hostNetwork:", "  hostNet:", types, "unknown field \"spec.hostNet\""),
      Mutation(
        "a mount without a volume", "    - name: host-1\n      mountPath", "    - name: host-9\n      mountPath",
        validation, "spec.containers[0].volumeMounts[1].name: Not found: \"host-9\""),
      Mutation(
        "a type of folder that is none", "type: DirectoryOrCreate", "type: DirectoryOrMake", validation,
        "hostPath.type: Unsupported value: \"DirectoryOrMake\""),
      Mutation(
        "a word for a port", "        port: 2381\n        scheme: HTTP\n      periodSeconds: 2",
        "        port: 2381\n        scheme: HTTP\n      periodSeconds: two", types,
        "cannot unmarshal string into Go struct field Pod.spec.containers[0].startupProbe.periodSeconds of type int32"),
      Mutation(
        "a service account in a static pod", "  hostNetwork: true", "  hostNetwork: true\n  serviceAccountName: etcd",
        "kubernetes/kubernetes: pkg/kubelet/config/common.go", "static pods may not reference serviceaccounts"),
      Mutation(
        "a quantity that is none", "memory: \"128Mi\"", "memory: \"128MiB\"", quantity,
        "quantities must match the regular expression"),
    ])
  func refused(_ mutation: Mutation) throws {
    let text = try #require(mutation.applied(to: try RenderedNode.golden("/etc/kubernetes/manifests/etcd.yaml")))
    let refusal = #expect(throws: Refusal.self) { try Pod(try YAMLText.document(text), isStatic: true) }
    #expect(refusal?.message.contains(mutation.words) == true, "\(refusal?.message ?? "")")
  }

  @Test("a host folder is checked as its type says")
  func folders() throws {
    let folder = try TemporaryFolder()
    let text = try RenderedNode.golden("/etc/kubernetes/manifests/etcd.yaml")
      .replacing("path: /", with: "path: \(folder.url.path)/")
    let pod = try Pod(try YAMLText.document(text), isStatic: true)
    let podman = Podman(node: Self.node)
    let refusal = #expect(throws: Refusal.self) { try podman.prepare(pod) }
    #expect(
      refusal?.message.contains("hostPath type check failed: \(folder.url.path)/etc/kubernetes/pki is not a directory")
        == true)
    #expect(HostFile.isFolder("\(folder.url.path)/var/lib/etcd"))
    for path in ["etc/kubernetes/pki", "etc/ll/anchors"] { try HostFile.makeFolder("\(folder.url.path)/\(path)") }
    try podman.prepare(pod)
  }
}
