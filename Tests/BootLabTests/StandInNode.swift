import BootChain
import Foundation

/// A node with the chain of ``Recording`` whose units only sleep: Ignition, systemd and the order are real, the work is not.
enum StandInNode {
  /// Its Ignition config.
  ///
  /// - Parameter failing: a unit that always fails.
  static func config(failing: String? = nil) throws -> Data {
    let units = Recording.chain.stages.filter { $0.start != .system }.map { stage -> [String: Any] in
      let (after, wants) = (stage.after.joined(separator: " "), stage.wants.joined(separator: " "))
      var lines = ["[Unit]", "After=\(after)", "Wants=\(wants)", "StartLimitIntervalSec=0"]
      lines += ["[Service]", "RestartSec=1"]
      let work = stage.unit == failing ? "echo it cannot; exit 1" : "sleep 0.1"
      switch stage.form {
      case .oneshot(let remains):
        lines += ["Type=oneshot", "RemainAfterExit=\(remains ? "yes" : "no")", "Restart=on-failure"]
        lines.append("ExecStart=/bin/sh -c \"\(work)\"")
      default:
        lines += ["Type=notify", "NotifyAccess=all", "Restart=always"]
        lines.append("ExecStart=/bin/sh -c \"\(work); systemd-notify --ready; exec sleep infinity\"")
      }
      if stage.start == .boot { lines += ["[Install]", "WantedBy=multi-user.target"] }
      return [
        "name": stage.unit, "contents": lines.joined(separator: "\n") + "\n", "enabled": stage.start == .boot,
      ]
    }
    let connection = """
      [connection]
      id=enp1s0
      type=ethernet
      interface-name=enp1s0

      [ipv4]
      method=manual
      address1=192.0.2.21/24

      [ipv6]
      method=disabled

      """
    let files: [[String: Any]] = [
      file("/etc/hostname", "worker-1\n", mode: 0o644),
      file("/etc/NetworkManager/system-connections/enp1s0.nmconnection", connection, mode: 0o600),
    ]
    return try JSONSerialization.data(
      withJSONObject: [
        "ignition": ["version": "3.3.0"], "storage": ["files": files],
        "systemd": ["units": units.map { $0.filter { $0.key != "enabled" || $0.value as? Bool == true } }],
      ])
  }

  private static func file(_ path: String, _ text: String, mode: Int) -> [String: Any] {
    let source = "data:;base64,\(Data(text.utf8).base64EncodedString())"
    return ["path": path, "overwrite": true, "mode": mode, "contents": ["source": source]]
  }
}
