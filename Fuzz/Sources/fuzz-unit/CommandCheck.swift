import Fuzzing
import SystemdUnit

/// What holds for whatever text is read as a command line.
enum CommandCheck {
  static func check(_ line: String) {
    let words = try? ExecCommand.split(line)
    for expands in [false, true] {
      guard let command = try? ExecCommand(parsing: line, expands: expands) else { continue }
      expect(words?.count == command.words.count, "as many words as split finds")
      let written = command.description
      let again = try? ExecCommand(parsing: written, expands: expands)
      expect(again == command, "\(written) read again: \(String(describing: again)), not \(command)")
    }
    guard let words, let first = words.first, !first.isEmpty else { return }
    // Words of another command's are arguments here, whatever they hold.
    let command = ExecCommand(["/bin/x"] + words)
    expect((try? ExecCommand(parsing: command.description)) == command, "\(words) as arguments: \(command)")
  }
}
