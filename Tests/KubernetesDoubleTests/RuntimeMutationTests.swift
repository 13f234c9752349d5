import Testing

@testable import KubernetesDouble

private let config = "cri-o/cri-o: pkg/config/config.go"
private let manual = "cri-o/cri-o: docs/crio.conf.5.md"
private let toml = "BurntSushi/toml: parse.go"

@Suite("the rendered CRI-O configuration, spoilt in one place")
struct CrioMutationTests {
  static let mutations: [Mutation] = [
    Mutation(
      "a default runtime without a table", "default_runtime = \"crun\"", "default_runtime = \"runc\"", config,
      "default_runtime set to \"runc\", but no runtime entry table [crio.runtime.runtimes.runc] was found"),
    Mutation(
      "a type of runtime that is none", "runtime_type = \"oci\"", "runtime_type = \"container\"", config,
      "invalid `runtime_type` \"container\" for runtime \"crun\""),
    Mutation(
      "a cgroup for monitors that is no slice", "conmon_cgroup = \"pod\"", "conmon_cgroup = \"system\"", config,
      "conmon cgroup should be 'pod' or a systemd slice"),
    Mutation(
      "a slice without systemd", "cgroup_manager = \"systemd\"\nconmon_cgroup = \"pod\"",
      "cgroup_manager = \"cgroupfs\"\nconmon_cgroup = \"system.slice\"", config,
      "cgroupfs manager conmon cgroup should be 'pod' or empty, but got: 'system.slice'"),
    Mutation(
      "an unknown cgroup manager", "cgroup_manager = \"systemd\"", "cgroup_manager = \"openrc\"",
      "cri-o/cri-o: internal/config/cgmgr/cgmgr_linux.go", "invalid cgroup manager: openrc"),
    Mutation(
      "a digest that is too short", "@sha256:f548e0e8", "@sha256:f548", config, "invalid reference format"),
    Mutation(
      "a configuration of a virtual machine", "runtime_type = \"oci\"",
      "runtime_type = \"oci\"\nruntime_config_path = \"/etc/kata.toml\"", config,
      "runtime_config_path can only be used with the 'vm' runtime type"),
    Mutation(
      "a word for a truth value", "selinux = true", "selinux = \"true\"", toml,
      "incompatible types: TOML value has type string; destination has type boolean"),
    Mutation(
      "a truth value for a word", "listen = \"/run/crio/crio.sock\"", "listen = true", toml,
      "incompatible types: TOML value has type boolean; destination has type string"),
    Mutation(
      "a word for a list", "plugin_dirs = [\"/opt/cni/bin\", \"/usr/local/libexec/cni-plugins-1.9.1\"]",
      "plugin_dirs = \"/opt/cni/bin\"", toml, "destination has type array"),
    Mutation("an open quotation", "conmon_cgroup = \"pod\"", "conmon_cgroup = \"pod", toml, "unexpected EOF"),
    Mutation("a bare word", "selinux = true", "selinux = yes", toml, "expected value but found \"yes\" instead"),
    Mutation("a key twice", "selinux = true", "selinux = true\nselinux = true", toml, "has already been defined"),
    Mutation("a table twice", "[crio.network]", "[crio.image]", toml, "table [crio.image] already exists"),
    Mutation("a key that no release has", "selinux = true", "se_linux = true", manual, "unknown key \"se_linux\""),
    Mutation(
      "a table that no release has", "[crio.network]", "[crio.networks]", manual, "unknown table [crio.networks]"),
  ]

  @Test("is refused in CRI-O's words", arguments: mutations)
  func refused(_ mutation: Mutation) throws {
    let golden = try RenderedNode.golden("/etc/crio/crio.conf.d/10-low-layer.conf")
    let text = try #require(mutation.applied(to: golden))
    let refusal = #expect(throws: Refusal.self) { try CrioConfiguration(text: text).validate(onHost: false) }
    #expect(refusal?.message.contains(mutation.words) == true, "\(refusal?.message ?? "")")
  }

  @Test("unspoilt it is taken, and on a host without its programs refused")
  func taken() throws {
    let golden = try RenderedNode.golden("/etc/crio/crio.conf.d/10-low-layer.conf")
    let configuration = try CrioConfiguration(text: golden)
    try configuration.validate(onHost: false)
    #expect(configuration.listen == "/run/crio/crio.sock")
    #expect(configuration.networkFolder == "/etc/cni/net.d")
    let refusal = #expect(throws: Refusal.self) { try configuration.validate(onHost: true) }
    #expect(refusal?.message.contains("invalid runtime_path for runtime 'crun'") == true)
  }
}

private let schema = "cilium/cilium: install/kubernetes/cilium/values.schema.json"
private let checks = "cilium/cilium: install/kubernetes/cilium/templates/validate.yaml"

@Suite("the rendered values of Cilium's chart, spoilt in one place")
struct CiliumMutationTests {
  static let mutations: [Mutation] = [
    Mutation(
      "a word for a count", "replicas: 2", "replicas: \"2\"", schema,
      "- at '/operator/replicas': got string, want integer"),
    Mutation(
      "a word for a truth value", "hubble:\n  enabled: false", "hubble:\n  enabled: \"false\"", schema,
      "- at '/hubble/enabled': got string, want boolean"),
    Mutation(
      "a truth value for an object", "hubble:\n  enabled: false", "hubble: false", schema,
      "- at '/hubble': got boolean, want object"),
    Mutation(
      "a number for a host", "k8sServiceHost: \"127.0.0.1\"", "k8sServiceHost: 127", schema,
      "- at '/k8sServiceHost': got integer, want string"),
    Mutation(
      "the old word for a replacement", "kubeProxyReplacement: true", "kubeProxyReplacement: strict",
      "cilium/cilium: install/kubernetes/cilium/templates/cilium-configmap.yaml",
      "kubeProxyReplacement must be explicitly set to a valid value (true or false)"),
    Mutation(
      "a cluster's name in capitals", "name: example", "name: Example", checks, "The cluster name is invalid"),
    Mutation(
      "a cluster's name that is too long", "name: example", "name: example-of-a-name-with-33-letters-", checks,
      "The cluster name is invalid"),
    Mutation(
      "a relay without Hubble", "hubble:\n  enabled: false", "hubble:\n  enabled: false\n  relay:\n    enabled: true",
      checks, "Hubble Relay requires .Values.hubble.enabled=true"),
    Mutation(
      "no host without kube-proxy", "k8sServiceHost: \"127.0.0.1\"\n", "",
      "cilium/cilium: Documentation/network/kubernetes/kubeproxy-free.rst", "the agent needs k8sServiceHost"),
    Mutation(
      "an IPAM mode that is none", "mode: kubernetes", "mode: kube",
      "cilium/cilium: pkg/option/config.go", "invalid IPAM mode \"kube\""),
    Mutation(
      "a list for a folder", "hostRoot: /sys/fs/cgroup", "hostRoot: [/sys/fs/cgroup]", schema,
      "- at '/cgroup/hostRoot': got array, want string"),
    Mutation(
      "a number for a folder", "confPath: /etc/cni/net.d", "confPath: 1", schema,
      "- at '/cni/confPath': got integer, want string"),
    Mutation(
      "a word for mounting", "autoMount:\n    enabled: false", "autoMount:\n    enabled: \"no\"", schema,
      "- at '/cgroup/autoMount/enabled': got string, want boolean"),
    Mutation(
      "a number for the replacement", "kubeProxyReplacement: true", "kubeProxyReplacement: 1", schema,
      "- at '/kubeProxyReplacement': got integer, want string or boolean"),
    Mutation(
      "a list for a port", "k8sServicePort: 7443", "k8sServicePort: [7443]", schema,
      "- at '/k8sServicePort': got array, want string or integer"),
    Mutation(
      "an image as an object", "  override: \"quay.io/cilium/cilium@",
      "  override:\n    name: \"quay.io/cilium/cilium@",
      schema, "- at '/image/override': got object, want null or string"),
  ]

  @Test("is refused in the chart's words", arguments: mutations)
  func refused(_ mutation: Mutation) throws {
    let golden = try RenderedNode.golden("/etc/kubernetes/addons/cilium-values.yaml")
    let text = try #require(mutation.applied(to: golden))
    let refusal = #expect(throws: Refusal.self) { try CiliumValues(text: text) }
    #expect(refusal?.message.contains(mutation.words) == true, "\(refusal?.message ?? "")")
  }

  @Test("beyond upstream, a value that the chart does not use is refused: it would be without effect")
  func unused() throws {
    let golden = try RenderedNode.golden("/etc/kubernetes/addons/cilium-values.yaml")
    let refusal = #expect(throws: Refusal.self) {
      try CiliumValues(text: golden.replacing("hostRoot:", with: "rootHost:"))
    }
    #expect(refusal?.message.contains("- at '/cgroup/rootHost': a value that the chart does not use") == true)
  }

  @Test("unspoilt they are taken")
  func taken() throws {
    let values = try CiliumValues(text: try RenderedNode.golden("/etc/kubernetes/addons/cilium-values.yaml"))
    #expect(values.serviceHost == "127.0.0.1")
    #expect(values.servicePort == "7443")
    #expect(values.agentImage.hasPrefix("quay.io/cilium/cilium@sha256:"))
  }
}
