import Foundation
import Testing
import X509

@testable import KubernetesDouble

private let options = "kubernetes/kubernetes: cmd/kube-apiserver/app/options/validation.go"
private let serving = "kubernetes/kubernetes: staging/src/k8s.io/apiserver/pkg/server/options/serving.go"
private let admission = "kubernetes/kubernetes: staging/src/k8s.io/apiserver/pkg/server/options/admission.go"
private let authorization = "kubernetes/kubernetes: pkg/kubeapiserver/options/authorization.go"
private let page =
  "kubernetes/website: content/en/docs/reference/command-line-tools-reference/kube-apiserver.md"
private let pflag = "spf13/pflag: flag.go"
private let encryption =
  "kubernetes/kubernetes: staging/src/k8s.io/apiserver/pkg/apis/apiserver/validation/validation_encryption.go"

/// A file beside the flags, spoilt.
struct SpoiltFile: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var citation: String
  var words: String
  var spoil: @Sendable (RenderedNode) throws -> Void

  init(_ name: String, _ citation: String, _ words: String, _ spoil: @escaping @Sendable (RenderedNode) throws -> Void)
  {
    testDescription = name
    self.citation = citation
    self.words = words
    self.spoil = spoil
  }
}

@Suite("the rendered kube-apiserver, spoilt in one place")
struct APIServerMutationTests {
  static let mutations: [Mutation] = [
    Mutation(
      "a flag that no release has", "--profiling=false", "--profile=false", pflag, "unknown flag: --profile"),
    Mutation(
      "the insecure port, which is gone", "--profiling=false", "--insecure-port=0",
      page, "unknown flag: --insecure-port"),
    Mutation(
      "a cloud provider, which is gone", "--profiling=false", "--cloud-provider=aws",
      page, "unknown flag: --cloud-provider"),
    Mutation(
      "a word for a truth value", "--allow-privileged=true", "--allow-privileged=yes", pflag,
      "invalid argument \"yes\" for \"--allow-privileged\" flag: strconv.ParseBool: parsing \"yes\": invalid syntax"),
    Mutation(
      "a word for a port", "--secure-port=6443", "--secure-port=https", pflag,
      "invalid argument \"https\" for \"--secure-port\" flag: strconv.ParseInt"),
    Mutation(
      "no port", "--secure-port=6443", "--secure-port=0", serving,
      "--secure-port 0 must be between 1 and 65535, inclusive. It cannot be turned off with 0"),
    Mutation(
      "an address that is none", "--advertise-address=10.20.0.11", "--advertise-address=10.20.0.300", pflag,
      "failed to parse IP: \"10.20.0.300\""),
    Mutation(
      "an unknown authorization mode", "--authorization-mode=Node,RBAC", "--authorization-mode=Node,Rbac",
      authorization, "authorization-mode \"Rbac\" is not a valid mode"),
    Mutation(
      "a mode twice", "--authorization-mode=Node,RBAC", "--authorization-mode=RBAC,RBAC", authorization,
      "has mode specified more than once"),
    Mutation(
      "an unknown admission plugin", "NodeRestriction", "NodeRestrictions", admission,
      "enable-admission-plugins plugin \"NodeRestrictions\" is unknown"),
    Mutation(
      "a plugin on and off", "--profiling=false", "--disable-admission-plugins=NodeRestriction", admission,
      "in enable-admission-plugins and disable-admission-plugins overlapped"),
    Mutation(
      "services without a prefix", "10.96.0.0/16", "10.96.0.0", options, "is not a valid CIDR"),
    Mutation(
      "services with too many addresses", "10.96.0.0/16", "10.0.0.0/8", options,
      "specified --service-cluster-ip-range is too large; for 32-bit addresses, the mask must be >= 12"),
    Mutation(
      "no etcd", "--etcd-servers=https://127.0.0.1:2379", "--profiling=false",
      "kubernetes/kubernetes: staging/src/k8s.io/apiserver/pkg/server/options/etcd.go",
      "--etcd-servers must be specified"),
    Mutation(
      "no issuer of tokens", "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
      "--profiling=false", "kubernetes/kubernetes: pkg/kubeapiserver/options/authentication.go",
      "service-account-issuer is a required flag"),
    Mutation(
      "no key that signs tokens", "--service-account-signing-key-file=", "--service-account-jwks-uri=", page,
      "service-account-signing-key-file is a required flag"),
    Mutation(
      "a version of TLS that is none", "--tls-min-version=VersionTLS12", "--tls-min-version=1.2",
      "kubernetes/kubernetes: staging/src/k8s.io/component-base/cli/flag/ciphersuites_flag.go",
      "unknown tls version \"1.2\""),
    Mutation(
      "anonymous access said twice", "--profiling=false", "--anonymous-auth=true",
      "kubernetes/kubernetes: pkg/kubeapiserver/options/authentication.go",
      "--anonymous-auth flag cannot be set when anonymous field is configured in authentication configuration file"),
    Mutation(
      "an anchor that is not there", "anchors/kubernetes.pem", "anchors/other.pem",
      "kubernetes/kubernetes: staging/src/k8s.io/apiserver/pkg/server/options/authentication.go",
      "no such file or directory"),
  ]

  static let files: [SpoiltFile] = [
    SpoiltFile(
      "a serving certificate with another's key", "golang/go: src/crypto/tls/tls.go",
      "tls: private key does not match public key"
    ) {
      let scheduler = try String(contentsOf: $0.pki.pki.appendingPathComponent("kube-scheduler.pem"), encoding: .utf8)
      let server = try String(contentsOf: $0.pki.pki.appendingPathComponent("kube-apiserver.pem"), encoding: .utf8)
      let mark = "-----BEGIN PRIVATE KEY-----"
      let parts = (server.components(separatedBy: mark)[0], scheduler.components(separatedBy: mark)[1])
      try $0.pki.write(parts.0 + mark + parts.1, "kube-apiserver.pem")
    },
    SpoiltFile(
      "an etcd client's file that is empty", "golang/go: src/crypto/tls/tls.go",
      "tls: failed to find any PEM data in certificate input"
    ) {
      try $0.pki.write("", "kube-apiserver-etcd-client.pem")
    },
    SpoiltFile(
      "an encryption key of sixteen bytes", encryption,
      "secret is not of the expected length, got 16, expected one of [32]"
    ) {
      try $0.pki.write(LabPKI.encryption("AAAAAAAAAAAAAAAAAAAAAA=="), "encryption.yaml")
    },
    SpoiltFile("an encryption key that is no base64", encryption, "secrets must be base64 encoded") {
      try $0.pki.write(LabPKI.encryption("not~base64"), "encryption.yaml")
    },
    SpoiltFile("no encryption key", encryption, "secret: Required value: secret is a mandatory field for a key") {
      try $0.pki.write(LabPKI.encryption(""), "encryption.yaml")
    },
    SpoiltFile(
      "an encryption provider of another name", encryption, "unknown field \"resources[0].providers[0].secretBox\""
    ) {
      try $0.pki.write(
        LabPKI.encryption("AAAA").replacing("secretbox", with: "secretBox"), "encryption.yaml")
    },
    SpoiltFile("resources in capitals", encryption, "resource name should not contain capital letters") {
      try $0.pki.write(
        LabPKI.encryption(String(repeating: "A", count: 43) + "=").replacing("[secrets]", with: "[Secrets]"),
        "encryption.yaml")
    },
    SpoiltFile(
      "a signing key that nobody verifies", "none: the double's own, for upstream would issue tokens that it refuses",
      "is not among those of --service-account-key-file"
    ) {
      let other = try RenderedNode()
      try $0.pki.write(
        try String(contentsOf: other.pki.pki.appendingPathComponent("sa.key"), encoding: .utf8), "sa.key")
    },
    SpoiltFile(
      "a public key that is none", "kubernetes/kubernetes: staging/src/k8s.io/client-go/util/keyutil/key.go",
      "data does not contain any valid RSA or ECDSA public keys"
    ) {
      try $0.pki.write("nothing\n", "sa.pub")
    },
    SpoiltFile(
      "conditions where anonymous access is off",
      "kubernetes/kubernetes: staging/src/k8s.io/apiserver/pkg/apis/apiserver/validation/validation.go",
      "enabled should be set to true when conditions are defined"
    ) {
      try $0.write(
        "/etc/kubernetes/apiserver/authentication.yaml",
        as: try $0.text("/etc/kubernetes/apiserver/authentication.yaml").replacing(
          "enabled: true", with: "enabled: false"))
    },
    SpoiltFile(
      "an unknown field of authentication", "kubernetes/kubernetes: pkg/kubeapiserver/options/authentication.go",
      "unknown field \"anonymous.paths\""
    ) {
      try $0.write(
        "/etc/kubernetes/apiserver/authentication.yaml",
        as: try $0.text("/etc/kubernetes/apiserver/authentication.yaml").replacing("conditions:", with: "paths:"))
    },
  ]

  private func rendered() throws -> RenderedNode {
    let node = try RenderedNode()
    try node.write("/etc/kubernetes/apiserver/authentication.yaml")
    return node
  }

  @Test("is refused in its words", arguments: mutations)
  func refused(_ mutation: Mutation) throws {
    let node = try rendered()
    let line = try node.command("kube-apiserver").joined(separator: "\n")
    let words = try #require(mutation.applied(to: line)).split(separator: "\n").map(String.init)
    let refusal = #expect(throws: Refusal.self) { try APIServerOptions(words) }
    #expect(refusal?.message.contains(mutation.words) == true, "\(refusal?.message ?? "")")
  }

  @Test("with a spoilt file is refused in its words", arguments: files)
  func refusedFile(_ file: SpoiltFile) throws {
    let node = try rendered()
    try file.spoil(node)
    let refusal = #expect(throws: Refusal.self) { try APIServerOptions(try node.command("kube-apiserver")) }
    #expect(refusal?.message.contains(file.words) == true, "\(refusal?.message ?? "")")
  }

  @Test("unspoilt it is taken")
  func taken() throws {
    let node = try rendered()
    let options = try APIServerOptions(try node.command("kube-apiserver"))
    #expect(options.port == 6443)
    #expect(options.authentication.anonymousPaths == ["/livez", "/readyz", "/healthz"])
    #expect(options.encryption?.secrets?.prefix == "k8s:enc:secretbox:v1:key1:")
  }
}
