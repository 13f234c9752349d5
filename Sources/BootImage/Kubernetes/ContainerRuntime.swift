import BootChain
import SystemdUnit

extension NodePlan {
  /// CRI-O, from the pinned bundle or a system extension.
  func addContainerRuntime(to content: inout NodeContent) {
    let bundle = "\(HostPath.unpacked(.crio, version(.crio)))/cri-o/bin"
    let binaries = isInSysext(.crio) ? "/usr/bin" : bundle
    let plugins = isInSysext(.cniPlugins) ? "/usr/libexec/cni" : HostPath.unpacked(.cniPlugins, version(.cniPlugins))
    content.add(
      file: "/etc/crio/crio.conf.d/10-low-layer.conf", runtimeConfiguration(binaries: binaries, plugins: plugins),
      Origin(
        "CRI-O: systemd cgroups, the pinned pause image, Cilium's CNI folder.", .component(.crio), .component(.pause),
        .component(.cniPlugins)))
    content.add(
      file: "/etc/crictl.yaml",
      YAMLContent.map([
        ("runtime-endpoint", .string("unix://\(Self.criSocket)")),
        ("image-endpoint", .string("unix://\(Self.criSocket)")),
        ("timeout", .integer(10)),
      ]).text, Origin("Lets crictl find CRI-O.", .component(.crictl)))
    content.add(
      directory: "/etc/cni/net.d", mode: 0o755, Origin("Cilium writes its network configuration here."))
    content.add(directory: "/opt/cni/bin", mode: 0o755, Origin("Cilium installs its CNI plugin here."))
    addStage(
      ChainUnit.crio,
      service: [
        .init("Type", "notify"), .init("ExecStart", ExecCommand(["\(binaries)/crio"]).description),
        .init("ExecReload", "/bin/kill -s HUP $MAINPID"), .init("TimeoutStartSec", "120"),
        .init("LimitNOFILE", "1048576"), .init("LimitNPROC", "infinity"), .init("LimitCORE", "0"),
        .init("TasksMax", "infinity"), .init("OOMScoreAdjust", "-999"),
        // Containers outlive a restart of the runtime.
        .init("KillMode", "process"),
      ], origin: Origin("The container runtime that kubelet talks to.", .component(.crio)), to: &content)
  }

  /// The socket that kubelet and crictl use.
  static let criSocket = "/run/crio/crio.sock"

  private func runtimeConfiguration(binaries: String, plugins: String) -> String {
    var toml = TOMLText()
    // A store of its own. In podman's, CRI-O's check after a power cut would find podman's containers running and refuse to start, and kubelet
    // would collect the images of OpenBao and haproxy as unused.
    toml.table(
      "crio", [("root", .string("/var/lib/containers/crio")), ("runroot", .string("/run/containers/crio"))])
    toml.table("crio.api", [("listen", .string(Self.criSocket))])
    toml.table(
      "crio.runtime",
      [
        ("cgroup_manager", .string("systemd")), ("conmon_cgroup", .string("pod")), ("default_runtime", .string("crun")),
        ("pinns_path", .string("\(binaries)/pinns")), ("selinux", .boolean(true)),
      ])
    toml.table(
      "crio.runtime.runtimes.crun",
      [
        ("runtime_path", .string("\(binaries)/crun")), ("runtime_type", .string("oci")),
        ("runtime_root", .string("/run/crun")), ("monitor_path", .string("\(binaries)/conmon")),
      ])
    toml.table("crio.image", [("pause_image", .string(reference(.pause)))])
    toml.table(
      "crio.network",
      [
        ("network_dir", .string("/etc/cni/net.d")),
        ("plugin_dirs", .array([.string("/opt/cni/bin"), .string(plugins)])),
      ])
    return toml.text
  }
}
