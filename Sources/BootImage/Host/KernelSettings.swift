extension NodePlan {
  /// Kernel modules, sysctls and the absence of swap that kubelet and Cilium ask for.
  func addKernelSettings(to content: inout NodeContent) {
    content.add(
      file: "/etc/modules-load.d/low-layer.conf", "overlay\nbr_netfilter\n",
      Origin("The modules that CRI-O and Kubernetes networking need before they start."))
    content.add(
      file: "/etc/sysctl.d/90-low-layer.conf", sysctls,
      Origin("What Kubernetes networking needs, and the values that kubelet verifies with protectKernelDefaults."))
    content.add(
      file: "/etc/systemd/zram-generator.conf",
      "# Empty: no swap on zram. Secrets must not be swapped, and kubelet refuses swap.\n",
      Origin("kubelet fails on swap, and OpenBao's memory must never reach any."))
  }

  private var sysctls: String {
    """
    # Kubernetes networking.
    net.ipv4.ip_forward = 1
    net.ipv6.conf.all.forwarding = 1
    net.bridge.bridge-nf-call-iptables = 1
    net.bridge.bridge-nf-call-ip6tables = 1
    # Cilium answers on its own devices for addresses that are routed elsewhere; the leading minus forgives absent devices.
    -net.ipv4.conf.lxc*.rp_filter = 0
    -net.ipv4.conf.cilium_*.rp_filter = 0
    # Verified by kubelet (protectKernelDefaults).
    vm.overcommit_memory = 1
    vm.panic_on_oom = 0
    kernel.panic = 10
    kernel.panic_on_oops = 1
    kernel.keys.root_maxkeys = 1000000
    kernel.keys.root_maxbytes = 25000000
    # Many pods watch many files.
    fs.inotify.max_user_instances = 8192
    fs.inotify.max_user_watches = 524288

    """
  }
}
