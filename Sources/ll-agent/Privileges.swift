import CLinux
import Glibc
import TPM2

/// What a process of root's may do beyond what its own files and groups allow. The agent needs next to nothing of it:
/// what it reads belongs to root, or to everybody. Source: capabilities(7).
enum Privileges {
  /// A capability that the agent keeps where the settings cannot do without.
  struct Kept: Equatable {
    /// Its name, as the manual spells it.
    var name: String
    /// Its number, as `linux/capability.h` has it.
    var number: UInt64
    /// What it is for.
    var reason: String
  }

  /// Lets go of all capabilities but those that `settings` need, and of new privileges. Capabilities are each thread's
  /// own, so that no other thread may be there yet.
  /// - Returns: what is kept and why, as a sentence for the log; or why nothing could be let go of.
  static func drop(for settings: AgentSettings, port: Int) -> Result<String, DropFailure> {
    var held: UInt64 = 0
    guard ll_permitted_capabilities(&held) == 0 else { return .failure(DropFailure(code: errno)) }
    var kept: [Kept] = []
    if held != 0 {
      let way = settings.session[.tcti].flatMap { try? TCTI($0) }
      if let way, way.module == .device, let reason = obstacle(way.configuration) {
        kept.append(Kept(name: "CAP_DAC_OVERRIDE", number: 1, reason: reason))
      }
      if (1..<1024).contains(port) {
        kept.append(Kept(name: "CAP_NET_BIND_SERVICE", number: 10, reason: "the port \(port) of [Agent] Listen="))
      }
    }
    let mask = kept.reduce(0 as UInt64) { $0 | 1 << $1.number }
    guard ll_keep_capabilities(mask) == 0 else { return .failure(DropFailure(code: errno)) }
    let words = kept.filter { held >> $0.number & 1 == 1 }.map { "\($0.name) for \($0.reason)" }
    return .success(
      words.isEmpty
        ? "no capability is kept, and none can be gained" : "capabilities kept: \(words.joined(separator: ", "))")
  }

  /// Why the TPM's device cannot be opened again and again with what every process of this user's may do; `nil` where
  /// it can. udev gives it to a group of its own, which is joined here: root is in none by itself.
  private static func obstacle(_ device: String) -> String? {
    var status = stat()
    guard stat(device, &status) == 0 else { return "\(device), which is not there yet" }
    if status.st_uid == geteuid(), status.st_mode & 0o600 == 0o600 { return nil }
    guard status.st_mode & 0o060 == 0o060 else { return "\(device), which is user \(status.st_uid)'s alone" }
    var groups = [gid_t](repeating: 0, count: max(0, Int(getgroups(0, nil))))
    groups = Array(groups.prefix(max(0, Int(getgroups(Int32(groups.count), &groups)))))
    if getegid() == status.st_gid || groups.contains(status.st_gid) { return nil }
    groups.append(status.st_gid)
    return setgroups(groups.count, groups) == 0 ? nil : "\(device), whose group \(status.st_gid) cannot be joined"
  }

  /// The kernel did not let go of them.
  struct DropFailure: Error, CustomStringConvertible {
    var code: Int32

    var description: String { "the capabilities are kept as they were: \(String(cString: strerror(code)))" }
  }
}
