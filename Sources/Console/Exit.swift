/// The exit codes that all of the project's programs share.
public enum Exit: Int32, Error, Sendable {
  /// Done.
  case done = 0
  /// The input is wrong; every finding is on stderr.
  case inputIsWrong = 1
  /// The command line is wrong.
  case usage = 2
  /// The environment failed: a file, the network, or what was waited for.
  case environment = 3
}
