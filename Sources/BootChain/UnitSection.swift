public import SystemdUnit

extension Stage {
  /// The `[Unit]` section of this stage: description, documentation, what it wants, what it waits for, and no start limit, so that a
  /// stage that failed three times is tried a fourth time.
  public var unitSection: Section {
    var directives: [Directive] = [.init("Description", "LOW-LAYER: \(summary)")]
    if !wants.isEmpty { directives.append(.init("Wants", wants.joined(separator: " "))) }
    if !after.isEmpty { directives.append(.init("After", after.joined(separator: " "))) }
    directives.append(.init("StartLimitIntervalSec", "0"))
    return Section("Unit", directives)
  }

  /// The restart policy: always for what runs on, on failure for oneshots (systemd.service(5) forbids `always` there).
  public func restart(after seconds: Int) -> [Directive] {
    let policy: String
    switch form {
    case .service, .quadlet: policy = "always"
    default: policy = "on-failure"
    }
    return [.init("Restart", policy), .init("RestartSec", "\(seconds)")]
  }

  /// The `[Install]` section; `nil` for a stage that only others start.
  public var installSection: Section? {
    start == .boot ? Section("Install", [.init("WantedBy", "multi-user.target")]) : nil
  }
}
