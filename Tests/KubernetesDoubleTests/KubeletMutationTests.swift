import Testing

@testable import KubernetesDouble

private let validation = "kubernetes/kubernetes: pkg/kubelet/apis/config/validation/validation.go"
private let types = "kubernetes/kubernetes: staging/src/k8s.io/kubelet/config/v1beta1/types.go"
private let codec = "kubernetes/kubernetes: pkg/kubelet/kubeletconfig/util/codec/codec.go"

@Suite("the rendered kubelet configuration, spoilt in one place")
struct KubeletMutationTests {
  static let mutations: [Mutation] = [
    Mutation(
      "a field that no release has", "maxPods: 110", "maxPods: 110\nmaxPodz: 110", codec,
      "strict decoding error: unknown field \"maxPodz\""),
    Mutation(
      "a field one level too deep", "    enabled: false\n", "    enabled: false\n    cacheTTL: 2m\n", types,
      "unknown field \"authentication.anonymous.cacheTTL\""),
    Mutation(
      "a word for a number", "maxPods: 110", "maxPods: \"110\"", types,
      "json: cannot unmarshal string into Go struct field KubeletConfiguration.maxPods of type int32"),
    Mutation(
      "a word for a truth value", "failSwapOn: true", "failSwapOn: \"true\"", types,
      "cannot unmarshal string into Go struct field KubeletConfiguration.failSwapOn of type bool"),
    Mutation(
      "a number for a list", "clusterDNS:\n- \"10.96.0.10\"", "clusterDNS: 10", types,
      "cannot unmarshal number into Go struct field KubeletConfiguration.clusterDNS of type []string"),
    Mutation(
      "a duration without a unit", "shutdownGracePeriod: \"60s\"", "shutdownGracePeriod: \"60\"",
      "golang/go: src/time/format.go", "time: missing unit in duration \"60\""),
    Mutation(
      "a duration as a number", "shutdownGracePeriod: \"60s\"", "shutdownGracePeriod: 60", types,
      "cannot unmarshal number into Go struct field KubeletConfiguration.shutdownGracePeriod of type string"),
    Mutation(
      "critical pods with more time than all", "shutdownGracePeriodCriticalPods: \"20s\"",
      "shutdownGracePeriodCriticalPods: \"90s\"", validation,
      "shutdownGracePeriodCriticalPods {90s} must be <= shutdownGracePeriod {60s}"),
    Mutation(
      "half a second to shut down", "\"60s\"\nshutdownGracePeriodCriticalPods: \"20s\"",
      "\"500ms\"\nshutdownGracePeriodCriticalPods: \"0s\"", validation, "must be either zero or otherwise >= 1 sec"),
    Mutation(
      "a port that is none", "healthzPort: 10248", "healthzPort: 70000", validation,
      "healthzPort (--healthz-port) 70000 must be between 1 and 65535, inclusive"),
    Mutation(
      "a negative number of pods", "maxPods: 110", "maxPods: -1", validation,
      "maxPods (--max-pods) -1 must not be a negative number"),
    Mutation(
      "no runtime", "containerRuntimeEndpoint: \"unix:///run/crio/crio.sock\"\n", "", validation,
      "the containerRuntimeEndpoint was not specified or empty"),
    Mutation(
      "a runtime by TCP", "unix:///run/crio/crio.sock", "tcp://127.0.0.1:1",
      "kubernetes/kubernetes: pkg/kubelet/util/util_unix.go", "protocol \"tcp\" not supported"),
    Mutation(
      "an authorization mode of the API server", "mode: Webhook", "mode: RBAC",
      "kubernetes/kubernetes: cmd/kubelet/app/auth.go", "unknown authorization mode RBAC"),
    Mutation(
      "a version of TLS that is none", "tlsMinVersion: VersionTLS12", "tlsMinVersion: TLSv1.2",
      "kubernetes/kubernetes: staging/src/k8s.io/component-base/cli/flag/ciphersuites_flag.go",
      "unknown tls version \"TLSv1.2\""),
    Mutation(
      "another version of the API", "kubelet.config.k8s.io/v1beta1", "kubelet.config.k8s.io/v1", codec,
      "no kind \"KubeletConfiguration\" is registered for version \"kubelet.config.k8s.io/v1\""),
    Mutation(
      "a key twice", "maxPods: 110", "maxPods: 110\nmaxPods: 110", "kubernetes-sigs/yaml: yaml.go", "maxPods"),
    Mutation(
      "a reserved resource that cannot be", "  cpu: \"500m\"", "  cpus: \"500m\"",
      "kubernetes/kubernetes: cmd/kubelet/app/server.go, parseResourceList", "cannot reserve \"cpus\" resource"),
    Mutation(
      "a quantity that is none", "memory: \"1Gi\"", "memory: \"1GiB\"",
      "kubernetes/kubernetes: staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go",
      "quantities must match the regular expression"),
    Mutation(
      "an unknown hairpin mode", "maxPods: 110", "maxPods: 110\nhairpinMode: veth", validation,
      "option \"veth\" specified for hairpinMode (--hairpin-mode). Valid options are"),
    Mutation(
      "a reservation enforced without a cgroup", "maxPods: 110",
      "maxPods: 110\nenforceNodeAllocatable: [pods, system-reserved]", validation,
      "systemReservedCgroup (--system-reserved-cgroup) must be specified"),
    Mutation(
      "run once", "maxPods: 110", "maxPods: 110\nrunOnce: true", validation, "Runonce mode has been deprecated"),
  ]

  @Test("is refused in kubelet's words", arguments: mutations)
  func refused(_ mutation: Mutation) throws {
    let golden = try RenderedNode.golden("/etc/kubernetes/kubelet.yaml")
    let text = try #require(mutation.applied(to: golden))
    let refusal = #expect(throws: Refusal.self) { try KubeletConfiguration(text: text, words: "error") }
    #expect(refusal?.message.contains(mutation.words) == true, "\(refusal?.message ?? "")")
  }

  @Test(
    "unspoilt it is taken, of every image",
    arguments: [
      "master/expected/plain", "master/expected/bootstrap", "master/expected/five-masters", "worker/expected/plain",
    ])
  func taken(_ node: String) throws {
    let text = try RenderedNode.golden("/etc/kubernetes/kubelet.yaml", node: node)
    let configuration = try KubeletConfiguration(text: text, words: "error")
    #expect(configuration.healthzPort == 10248)
    #expect(configuration.containerRuntimeEndpoint == "unix:///run/crio/crio.sock")
    #expect(configuration.clientCAFile == "/etc/ll/anchors/kubernetes.pem")
    #expect((configuration.staticPodPath != nil) == node.hasPrefix("master"))
  }

  @Test("a file that is not there is refused with its path")
  func missing() {
    let refusal = #expect(throws: Refusal.self) { try KubeletConfiguration("/nonexistent/kubelet.yaml") }
    #expect(refusal?.message.contains("open /nonexistent/kubelet.yaml: no such file or directory") == true)
  }

  @Test(
    "flags that earlier releases had are unknown",
    arguments: [
      "--container-runtime=remote", "--network-plugin=cni", "--pod-infra-container-image=pause", "--cni-bin-dir=/opt",
    ])
  func removed(_ flag: String) {
    let name = flag.split(separator: "=")[0]
    #expect(throws: Refusal("unknown flag: \(name)")) { try FlagSet.kubelet.parse([flag]) }
  }
}
