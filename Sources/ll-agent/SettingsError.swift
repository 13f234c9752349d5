import Console

/// Why there are no settings: everything that is wrong, and the exit of a program that cannot go on without them.
struct SettingsError: Error, Equatable {
  /// Each on one line: `FILE:LINE:COL: error: text`, or the variable's name for the place.
  var findings: [String]
  /// The exit: wrong input, or a file that cannot be read.
  var exit: Exit
  /// What could be read all the same: enough to ask an agent that runs with better ones.
  var partial: AgentSettings

  init(_ findings: [String], _ exit: Exit = .inputIsWrong, partial: AgentSettings = AgentSettings()) {
    self.findings = findings
    self.exit = exit
    self.partial = partial
  }

  /// Says everything on standard error, for a command that ends with ``exit``.
  func said() -> Exit {
    findings.forEach(Output.error.line)
    return exit
  }
}
