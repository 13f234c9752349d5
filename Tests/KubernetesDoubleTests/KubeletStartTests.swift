import Foundation
import TestSupport
import Testing
import X509

@testable import KubernetesDouble

/// What spoils a kubelet's start although its configuration is in order.
struct SpoiltStart: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var spoil: @Sendable (RenderedNode) throws -> Void
  var words: String

  init(_ name: String, _ words: String, _ spoil: @escaping @Sendable (RenderedNode) throws -> Void) {
    testDescription = name
    self.words = words
    self.spoil = spoil
  }
}

@Suite("the kubelet double's start")
struct KubeletStartTests {
  private static let both: [ExtendedKeyUsage.Usage] = [.serverAuth, .clientAuth]

  static let spoilt: [SpoiltStart] = [
    SpoiltStart("an expired certificate", "x509: certificate has expired or is not yet valid") {
      try $0.pki.issue(
        "kubelet", "kubernetes", "system:node:master-1", ["system:nodes"], both, names: ["master-1"], hours: -48...(-1))
    },
    SpoiltStart("a certificate that begins tomorrow", "x509: certificate has expired or is not yet valid") {
      try $0.pki.issue(
        "kubelet", "kubernetes", "system:node:master-1", ["system:nodes"], both, names: ["master-1"], hours: 24...48)
    },
    SpoiltStart("a certificate of a sibling authority", "x509: certificate signed by unknown authority") {
      try $0.pki.issue("kubelet", "etcd", "system:node:master-1", ["system:nodes"], both, names: ["master-1"])
    },
    SpoiltStart("another node's certificate", "not \"system:node:master-1\"") {
      try $0.pki.issue("kubelet", "kubernetes", "system:node:master-2", ["system:nodes"], both, names: ["master-2"])
    },
    SpoiltStart("a certificate without the nodes' group", "without \"system:nodes\"") {
      try $0.pki.issue("kubelet", "kubernetes", "system:node:master-1", ["example"], both, names: ["master-1"])
    },
    SpoiltStart("a certificate for clients only", "x509: certificate specifies an incompatible key usage") {
      try $0.pki.issue("kubelet", "kubernetes", "system:node:master-1", ["system:nodes"], [.clientAuth])
    },
    SpoiltStart("no certificate", "no such file or directory") {
      try $0.pki.write("", "kubelet.pem.other")
      try $0.temporary.write(
        try $0.text("/etc/kubernetes/kubelet.kubeconfig").replacing("kubelet.pem", with: "kubelet-gone.pem"),
        to: "etc/kubernetes/kubelet.kubeconfig")
    },
    SpoiltStart("a file without a key", "tls: failed to find any PEM data in key input") {
      try $0.pki.write(
        (try String(contentsOf: $0.pki.anchors.appendingPathComponent("kubernetes.pem"), encoding: .utf8)),
        "kubelet.pem")
    },
    SpoiltStart("an anchor that is no certificate", "data does not contain any valid RSA or ECDSA certificates") {
      try $0.temporary.write("nothing\n", to: "anchors/kubernetes.pem")
    },
    SpoiltStart("a kubeconfig with another context", "context was not found for specified context: other") {
      try $0.temporary.write(
        try $0.text("/etc/kubernetes/kubelet.kubeconfig").replacing(
          "current-context: kubelet", with: "current-context: other"),
        to: "etc/kubernetes/kubelet.kubeconfig")
    },
  ]

  private func start(_ node: RenderedNode, more: [String] = []) async throws -> KubeletOptions {
    let configuration = node.temporary.url.appendingPathComponent("etc/kubernetes/kubelet.yaml").path
    let kubeconfig = node.temporary.url.appendingPathComponent("etc/kubernetes/kubelet.kubeconfig").path
    return try await KubeletOptions(
      [
        "--config=\(configuration)", "--kubeconfig=\(kubeconfig)", "--hostname-override=master-1",
        "--node-ip=10.20.0.11",
      ]
        + more)
  }

  private func rendered() throws -> RenderedNode {
    let node = try RenderedNode()
    try node.write("/etc/kubernetes/kubelet.yaml")
    try node.write("/etc/kubernetes/kubelet.kubeconfig")
    return node
  }

  @Test("with what is rendered and valid certificates it is in order")
  func valid() async throws {
    let options = try await start(try rendered(), more: ["--node-labels=pool=general"])
    #expect(options.nodeName == "master-1")
    #expect(options.labels == ["pool": "general"])
    #expect(options.kubeconfig.identity.organizations == ["system:nodes"])
  }

  @Test("is refused", arguments: spoilt)
  func refused(_ case: SpoiltStart) async throws {
    let node = try rendered()
    try `case`.spoil(node)
    let refusal = await #expect(throws: Refusal.self) { try await start(node) }
    #expect(refusal?.message.contains(`case`.words) == true, "\(refusal?.message ?? "")")
  }

  @Test("a label that only others may give is refused")
  func label() async throws {
    let node = try rendered()
    let refusal = await #expect(throws: Refusal.self) {
      try await start(node, more: ["--node-labels=node-role.kubernetes.io/control-plane="])
    }
    #expect(
      refusal?.message.contains("unknown 'kubernetes.io' or 'k8s.io' labels specified with --node-labels") == true)
  }

  @Test("without a runtime it does not start")
  func noRuntime() async throws {
    let node = try rendered()
    let socket = node.temporary.url.appendingPathComponent("crio.sock").path
    let golden = try node.text("/etc/kubernetes/kubelet.yaml")
    try node.write("/etc/kubernetes/kubelet.yaml", as: golden.replacing("/run/crio/crio.sock", with: socket))
    let kubelet = Kubelet(try await start(node), podman: "false", log: Log(name: "test"))
    let refusal = await #expect(throws: Refusal.self) { try await kubelet.run() }
    #expect(refusal?.message.contains("validate CRI v1 runtime API for endpoint \"unix://\(socket)\"") == true)
  }
}
