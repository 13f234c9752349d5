/// Why a boot could not be tried or watched. A boot that was tried and went wrong is no error: its timeline tells.
public enum LabError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The machine that runs the lab lacks something; the text says what, and what to do about it.
  case environment(String)
  /// A node's configuration is refused by Ignition, or by the lab.
  case refused(String)
  /// A signal asked to end.
  case interrupted(signal: Int32)

  /// What went wrong, in one line.
  public var description: String {
    switch self {
    case .environment(let text), .refused(let text): text
    case .interrupted(let signal): "interrupted by signal \(signal)"
    }
  }
}
