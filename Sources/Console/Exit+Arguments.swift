public import ArgumentParser

extension Exit {
  /// How `error` of the program `root` ends it: what was thrown as such, or what the argument parser's error means. Its
  /// words are printed.
  public init(_ error: any Error, of root: any ParsableCommand.Type) {
    if let code = error as? Exit {
      self = code
      return
    }
    // The argument parser's own exit codes are those of sysexits.h; the contract of these programs has one for usage.
    let message = root.fullMessage(for: error)
    let isRequest = root.exitCode(for: error) == .success
    if !message.isEmpty { (isRequest ? Output.standard : Output.error).line(message) }
    self = isRequest ? .done : .usage
  }
}
