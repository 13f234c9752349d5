/// One stage of the boot chain: a unit, what it waits for, and what proves that it is ready.
///
/// Order alone does not make a chain true: OpenBao's own READY means "listening", not "unsealed". So each stage names its proof.
public struct Stage: Sendable, Hashable {
  /// The unit that systemd runs, for example `kubelet.service`. A quadlet stands under the name of its generated service.
  public var unit: String
  /// What it does, in a few words.
  public var summary: String
  /// The units that must have finished starting before this one starts (`After=`); all of them are stages of the same chain.
  public var after: [String]
  /// The units that starting this one also starts (`Wants=`).
  public var wants: [String]
  /// What is true once this stage is ready, and who looks.
  public var proof: String
  /// Who starts it.
  public var start: Start
  /// How systemd runs it.
  public var form: Form

  /// Who starts a stage.
  public enum Start: Sendable, Hashable {
    /// Every boot: `WantedBy=multi-user.target`.
    case boot
    /// Only the stages that want it, each time they start.
    case demand
    /// Somebody else's unit; this package does not write it.
    case system
  }

  /// How systemd runs a stage.
  public enum Form: Sendable, Hashable {
    /// A target of systemd's own.
    case target
    /// A mount of systemd's own making or ours.
    case mount
    /// Runs once and ends. With `remains` it stays active afterwards, so that it does not run again for a second dependent.
    case oneshot(remains: Bool)
    /// Runs for as long as the node does.
    case service
    /// A container that podman's quadlet generator turns into a service.
    case quadlet
  }

  init(
    _ unit: String, _ summary: String, after: [String], wants: [String], proof: String, start: Start = .boot, form: Form
  ) {
    self.unit = unit
    self.summary = summary
    self.after = after
    self.wants = wants
    self.proof = proof
    self.start = start
    self.form = form
  }
}
