/// A node in a container of systemd-nspawn(1) on the lab's tree: seconds, on any Linux. `scripts/lab/nspawn` knows how.
public struct NspawnMachine: Machine {
  /// `nspawn`.
  public let kind = "nspawn"
  /// Those that the script and the simulated TPM call.
  public let programs = ["systemd-nspawn", "journalctl", "python3", "mount"]

  /// Folders of this machine that the node sees at the same path, such as the libraries of a debug build.
  public var shownFolders: [String]

  /// A machine; see the properties.
  public init(shownFolders: [String] = []) { self.shownFolders = shownFolders }

  /// See ``Machine``.
  public func boot(_ start: MachineStart) -> [String] {
    var words = [
      // The script would build the tree and choose a control group; both are known here.
      "env", "LL_LAB_INSIDE=yes", "LL_LAB_TREE=\(start.tools.tree)", "LL_LAB_CGROUP=\(start.controlGroup)",
    ]
    let namespaces = [
      "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private",
    ]
    let script = "\(start.tools.scripts)/lab/nspawn"
    var options = ["--bridge", start.network.bridge, "--timeout", "\(start.timeout)"]
    if let store = start.store { options += ["--store", store] }
    for folder in shownFolders { options += ["--bind-ro", folder] }
    if !start.isFirst { options.append("--second-boot") }
    options += [start.node.config, start.state]
    if let tpm = start.node.tpm, let log = start.node.eventLog {
      words += ["\(start.tools.scripts)/simulated-tpm", tpm, log, "--"] + namespaces
      let withSockets = "tpm=${LL_TCTI#*=} && script=$1 && shift && exec \"$script\" --swtpm \"${tpm%/*}\" \"$@\""
      words += ["sh", "-ec", withSockets, "sh", script]
      return words + options
    }
    return words + namespaces + [script] + options
  }

  /// See ``Machine``. The journal lies on the node's disk and is read from outside, so that nothing in the node knows of it. Not with
  /// `--follow`: what the node writes through its overlay is not told to who watches the layer below.
  public func journal(_ start: MachineStart) -> [String] {
    let read = "journalctl --directory=\"$1\" --boot=all --quiet --output=json --cursor-file=\"$2\""
    return [
      "sh", "-c",
      "rm -f \"$2\"; until ls \"$1\"/*/*.journal >/dev/null 2>&1; do sleep 0.1; done; "
        + "while :; do \(read); sleep 0.3; done",
      "sh", "\(start.state)/upper/var/log/journal", "\(start.state).cursor",
    ]
  }

  /// See ``Machine``. SIGRTMIN+4 to its first process is `poweroff.target` (systemd(1), "Signals").
  public func powerOff(_ start: MachineStart) -> [String] {
    ["sh", "-ec", "kill -38 \"$(cat \"$1/payload/init.scope/cgroup.procs\")\"", "sh", start.controlGroup]
  }

  /// See ``Machine``: into the namespaces of its first process, and into its control group, so that systemd sees a process of its own.
  public func inside(_ start: MachineStart, _ words: [String]) -> [String]? {
    let enter =
      "read -r first <\"$1/payload/init.scope/cgroup.procs\"; shift; "
      + "exec nsenter --target=\"$first\" --mount --uts --ipc --net --pid --cgroup -- \"$@\""
    return ["sh", "-ec", enter, "sh", start.controlGroup] + words
  }

  /// See ``Machine``: the moment at which Ignition had ended and the container was started.
  public func origin(_ start: MachineStart) -> BootOrigin? {
    LabFile.lines(of: "\(start.state)/started").first.flatMap { Int($0) }.map { .monotonic($0) }
  }
}
