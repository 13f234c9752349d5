public import Diagnostics

/// What podman's generator makes of a folder of quadlets.
public struct Conversion: Sendable, Hashable {
  /// One service as the generator prints it, without the comment that a real run puts on top.
  public struct Service: Sendable, Hashable {
    /// The service's name: `openbao-image.service`.
    public var name: String
    /// The name of the quadlet file that it was made of: `openbao.image`.
    public var unit: String
    /// The unit file's text, as UTF-8 in the syntax of systemd.syntax(7), a newline at its end.
    public var text: String
  }

  /// A quadlet file that the generator refuses; the others are converted all the same.
  public struct Failure: Sendable, Hashable {
    /// The file's name.
    public var unit: String
    /// The first reason to refuse it, in podman's words; ``Conversion/report`` has every one, with its place.
    public var message: String
  }

  /// Every service in the order made. Of two with one name, the later is the one that systemd sees.
  public internal(set) var produced: [Service] = []
  /// The links that `[Install]` asks for: path relative to the generator's output folder, to target as the link holds
  /// it (`multi-user.target.wants/web.service` to `../web.service`).
  public internal(set) var symlinks: [String: String] = [:]
  /// The files that were refused, in the order tried.
  public internal(set) var failures: [Failure] = []
  /// Everything found, with file, line and column where known. It has errors exactly when podman's generator exits
  /// with 1 (or, for an older podman, does not know a unit's kind).
  public internal(set) var report = Report()

  /// The services as systemd sees them: name to text.
  public var services: [String: String] {
    produced.reduce(into: [:]) { $0[$1.name] = $1.text }
  }

  /// The services that a later one of the same name overwrote.
  public var shadowed: [Service] {
    var seen = Set<String>()
    return produced.reversed().filter { !seen.insert($0.name).inserted }.reversed()
  }
}
