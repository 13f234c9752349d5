/// CRI-O's configuration with its drop-ins, validated as upstream does (cri-o/cri-o, `pkg/config/config.go`). Upstream
/// passes over keys that it does not know; a rendered one that does nothing is a fault here.
struct CrioConfiguration: Sendable {
  private var values: [String: [String: TOMLText.Value]] = [:]

  private static let defaultFolder = "/etc/crio/crio.conf.d"

  /// The file, if it is there, then the drop-ins in order of their names.
  init(folder: String = Self.defaultFolder, file: String = "/etc/crio/crio.conf") throws(Refusal) {
    var paths: [String] = HostFile.exists(file) ? [file] : []
    if HostFile.isFolder(folder) { paths += try HostFile.names(in: folder).map { "\(folder)/\($0)" } }
    for path in paths {
      do throws(Refusal) {
        try read(try HostFile.text(path))
      } catch {
        throw Refusal("update config from drop-in file: unable to decode configuration \(path): \(error)")
      }
    }
  }

  /// From one text, for checks without a host.
  init(text: String) throws(Refusal) { try read(text) }

  private mutating func read(_ text: String) throws(Refusal) {
    let document = try TOMLText(text)
    for (name, line) in document.tables {
      guard Self.keys(of: name) != nil else { throw Refusal("toml: line \(line): unknown table [\(name)]") }
    }
    for (table, entries) in document.values {
      guard let known = Self.keys(of: table) else { throw Refusal("toml: keys outside of a table") }
      for (key, entry) in entries.sorted(by: { $0.value.line < $1.value.line }) {
        guard let type = known[key] else {
          throw Refusal("toml: line \(entry.line): unknown key \"\(key)\" in [\(table)], which CRI-O would not use")
        }
        guard entry.value.type == type else {
          throw Refusal(
            "toml: line \(entry.line) (last key \"\(table).\(key)\"): incompatible types: TOML value has type "
              + "\(entry.value.type); destination has type \(type)")
        }
        values[table, default: [:]][key] = entry.value
      }
    }
  }

  func string(_ table: String, _ key: String) -> String? {
    if case .string(let text)? = values[table]?[key] { text } else { nil }
  }

  var listen: String { string("crio.api", "listen") ?? "/var/run/crio/crio.sock" }
  var networkFolder: String { string("crio.network", "network_dir") ?? "/etc/cni/net.d/" }
  var cgroupManager: String { string("crio.runtime", "cgroup_manager") ?? "systemd" }
  var root: String { string("crio", "root") ?? "/var/lib/containers/storage" }

  /// - Parameter onHost: whether programs and folders are looked for, as upstream does when it starts.
  func validate(onHost: Bool) throws(Refusal) {
    let runtime = string("crio.runtime", "default_runtime") ?? "crun"
    let handlers = values.keys.filter { $0.hasPrefix("crio.runtime.runtimes.") }.sorted()
    if string("crio.runtime", "default_runtime") != nil, !handlers.contains("crio.runtime.runtimes.\(runtime)") {
      throw Refusal(
        "validating runtime config: default_runtime set to \"\(runtime)\", but no runtime entry table "
          + "[crio.runtime.runtimes.\(runtime)] was found")
    }
    if !["systemd", "cgroupfs"].contains(cgroupManager) {
      throw Refusal(
        "validating runtime config: unable to update cgroup manager: invalid cgroup manager: \(cgroupManager)")
    }
    let monitor = string("crio.runtime", "conmon_cgroup") ?? ""
    if cgroupManager == "systemd", !monitor.isEmpty, monitor != "pod", !monitor.hasSuffix(".slice") {
      throw Refusal(
        "validating runtime config: monitor fields translation: failed to translate monitor fields for runtime "
          + "\(runtime): conmon cgroup should be 'pod' or a systemd slice")
    }
    if cgroupManager == "cgroupfs", !monitor.isEmpty, monitor != "pod" {
      throw Refusal(
        "validating runtime config: monitor fields translation: failed to translate monitor fields for runtime "
          + "\(runtime): cgroupfs manager conmon cgroup should be 'pod' or empty, but got: '\(monitor)'")
    }
    for table in handlers { try validate(handler: table, onHost: onHost) }
    if let image = string("crio.image", "pause_image"), !Self.isReference(image) {
      throw Refusal(
        "validating image config: invalid pause image \"\(image)\": invalid reference format")
    }
    guard onHost else { return }
    let pinns = string("crio.runtime", "pinns_path") ?? ""
    if !pinns.isEmpty, !HostFile.exists(pinns) {
      throw Refusal(
        "validating runtime config: pinns validation: invalid pinns path: stat \(pinns): no such file or directory")
    }
  }

  private func validate(handler table: String, onHost: Bool) throws(Refusal) {
    let name = String(table.dropFirst("crio.runtime.runtimes.".count))
    let words = "validating runtime config: runtime validation:"
    let type = string(table, "runtime_type") ?? ""
    if !["", "oci", "vm", "pod"].contains(type) {
      throw Refusal("\(words) invalid `runtime_type` \"\(type)\" for runtime \"\(name)\"")
    }
    if string(table, "runtime_config_path") != nil, type != "vm" {
      throw Refusal("\(words) runtime_config_path can only be used with the 'vm' runtime type")
    }
    guard onHost else { return }
    if let path = string(table, "runtime_path"), !HostFile.exists(path) {
      throw Refusal(
        "\(words) invalid runtime_path for runtime '\(name)': stat \(path): no such file or directory")
    }
    if let path = string(table, "monitor_path"), !HostFile.exists(path) {
      throw Refusal(
        "validating runtime config: monitor fields translation: failed to translate monitor fields for runtime "
          + "\(name): invalid conmon path: stat \(path): no such file or directory")
    }
  }

  /// `registry/path@sha256:…` or `registry/path:tag`, as containers/image reads it.
  private static func isReference(_ text: String) -> Bool {
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts[0].split(separator: "/", omittingEmptySubsequences: false)
    guard name.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isASCII && !$0.isWhitespace } }) else { return false }
    guard name.dropFirst().allSatisfy({ $0.lowercased() == $0 || $0.contains(":") }) else { return false }
    guard parts.count == 2 else { return true }
    let digest = parts[1]
    return digest.hasPrefix("sha256:") && digest.count == 71 && digest.dropFirst(7).allSatisfy(\.isHexDigit)
  }

  /// The keys that a table may have, with their types (crio.conf(5)); `nil` where there is no such table.
  private static func keys(of table: String) -> [String: String]? {
    func typed(_ type: String, _ names: String) -> [String: String] {
      Dictionary(names.split(separator: " ").map { (String($0), type) }) { $1 }
    }
    if table.hasPrefix("crio.runtime.runtimes.") {
      return typed(
        "string",
        """
        runtime_path runtime_type runtime_root runtime_config_path monitor_path monitor_cgroup monitor_exec_cgroup \
        platform_runtime_paths container_min_memory exec_cpu_affinity seccomp_profile
        """
      ).merging(
        typed("boolean", "privileged_without_host_devices inherit_default_runtime no_sync_log stream_websockets")
      ) { $1 }
      .merging(typed("array", "allowed_annotations monitor_env")) { $1 }
      .merging(typed("integer", "container_create_timeout")) { $1 }
    }
    switch table {
    case "crio":
      return typed("string", "root runroot imagestore storage_driver log_dir version_file clean_shutdown_file")
        .merging(typed("boolean", "internal_wipe internal_repair")) { $1 }
        .merging(typed("array", "storage_option")) { $1 }
    case "crio.api":
      return typed(
        "string", "listen stream_address stream_port stream_tls_cert stream_tls_key stream_tls_ca stream_idle_timeout"
      )
      .merging(typed("boolean", "stream_enable_tls")) { $1 }
      .merging(typed("integer", "grpc_max_send_msg_size grpc_max_recv_msg_size")) { $1 }
    case "crio.runtime":
      return typed(
        "string",
        """
        cgroup_manager conmon conmon_cgroup default_runtime pinns_path decryption_keys_path seccomp_profile \
        apparmor_profile log_level log_filter namespaces_dir container_exits_dir infra_ctr_cpuset shared_cpuset timezone
        """
      ).merging(typed("boolean", "selinux no_pivot drop_infra_ctr read_only log_to_journald enable_criu_support")) {
        $1
      }
      .merging(typed("integer", "pids_limit log_size_max ctr_stop_timeout minimum_mappable_uid")) { $1 }
      .merging(
        typed("array", "default_capabilities default_sysctls default_ulimits allowed_devices conmon_env hooks_dir")
      ) { $1 }
    case "crio.image":
      return typed(
        "string",
        "pause_image pause_command pause_image_auth_file default_transport global_auth_file signature_policy short_name_mode"
      ).merging(typed("array", "insecure_registries pinned_images")) { $1 }
    case "crio.network":
      return typed("string", "network_dir cni_default_network").merging(typed("array", "plugin_dirs")) { $1 }
    case "crio.metrics":
      return typed("boolean", "enable_metrics").merging(typed("integer", "metrics_port")) { $1 }
    case "crio.nri":
      return typed("boolean", "enable_nri").merging(typed("string", "nri_listen nri_plugin_dir")) { $1 }
    default: return nil
    }
  }
}
