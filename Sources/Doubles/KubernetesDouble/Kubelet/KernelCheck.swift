import Foundation

/// What kubelet wants of the kernel: no swap (`failSwapOn`), and its own values of a few settings
/// (`protectKernelDefaults`; `pkg/kubelet/cm/container_manager_linux.go`).
enum KernelCheck {
  private static let wanted = [
    ("vm/overcommit_memory", "1"), ("vm/panic_on_oom", "0"), ("kernel/panic", "10"), ("kernel/panic_on_oops", "1"),
    ("kernel/keys/root_maxkeys", "1000000"), ("kernel/keys/root_maxbytes", "25000000"),
  ]

  /// Throws kubelet's words. In a container the kernel is the host's, and nothing that was rendered can change it.
  static func check(
    _ configuration: KubeletConfiguration, proc: String = "/proc",
    isContainer: Bool = HostFile.exists("/run/systemd/container")
  ) throws(Refusal) {
    if isContainer { return }
    if configuration.failSwapOn {
      // A kernel without swap has no such file.
      let lines = ((try? HostFile.text("\(proc)/swaps")) ?? "").split(separator: "\n").dropFirst()
      if !lines.isEmpty {
        throw Refusal(
          "failed to run Kubelet: running with swap on is not supported, please disable swap or set --fail-swap-on "
            + "flag to false")
      }
    }
    guard configuration.protectKernelDefaults else { return }
    var faults: [String] = []
    for (name, value) in wanted {
      let actual = try HostFile.text("\(proc)/sys/\(name)").trimmingCharacters(in: .whitespacesAndNewlines)
      if actual != value {
        faults.append("invalid kernel flag: \(name), expected value: \(value), actual value: \(actual)")
      }
    }
    if let refusal = Refusal.aggregate(faults) {
      throw Refusal("failed to start ContainerManager: \(refusal)")
    }
  }
}
