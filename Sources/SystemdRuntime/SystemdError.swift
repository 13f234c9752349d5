/// Why systemd could not be asked.
public enum SystemdError: Error, Sendable, Hashable {
  /// Nothing listens at any of the sockets; the paths that were tried, and the system's word for each.
  case notRunning([String])
  /// The socket, the bus or systemd refused us, and its words.
  case denied(String)
  /// The time that was given had passed during that step.
  case deadlineExceeded(String)
  /// The connection broke during that step, and the system's word for it.
  case disconnected(String, String)
  /// systemd or the bus answered that call with a D-Bus error: its name and words.
  case refused(call: String, name: String, message: String)
  /// The answer to that call is not what its documentation says.
  case malformed(String)

  /// Whether there is nothing to read here by nature (no systemd, no permission), rather than a fault.
  public var isUnavailable: Bool {
    switch self {
    case .notRunning, .denied: true
    default: false
    }
  }
}

extension SystemdError: CustomStringConvertible {
  /// What happened, in one line.
  public var description: String {
    switch self {
    case .notRunning(let paths): "no systemd answers at \(paths.joined(separator: " or "))"
    case .denied(let words): "systemd may not be asked: \(words)"
    case .deadlineExceeded(let step): "systemd did not answer in time: \(step)"
    case .disconnected(let step, let words): "the connection to systemd broke: \(step): \(words)"
    case .refused(let call, let name, let message): "systemd refused \(call): \(name): \(message)"
    case .malformed(let call): "systemd's answer to \(call) cannot be read"
    }
  }
}
