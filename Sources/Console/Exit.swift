import Glibc

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

  /// Ends the program, everything printed but without exit(3)'s handlers: OpenSSL's takes its locks apart, and another thread, the TPM's, may
  /// still be letting go of what it made there.
  public func end() -> Never {
    fflush(nil)
    _exit(rawValue)
  }

  /// Ends the program with this verdict, or with ``environment`` where it is ``done`` and its result was not printed: that is no success. A reader
  /// who has gone has read enough, and a failure stays what it is.
  public func conclude() -> Never {
    guard self == .done, let loss = Output.loss else { end() }
    Output.error.line("standard output: error: cannot be written: \(loss)")
    Exit.environment.end()
  }
}
