import SystemdUnit
import Testing

struct ExecCommandTests {
  /// Words, the line they are written as, as systemd 252 takes it apart again (`systemd --test`).
  static let commands: [([String], String)] = [
    (["/bin/echo", "one", "two"], "/bin/echo one two"),
    (["/bin/echo", "two words"], "/bin/echo \"two words\""),
    (["/bin/echo", ""], "/bin/echo \"\""),
    (["/bin/echo", "it's"], "/bin/echo \"it's\""),
    (["/bin/echo", "say \"hi\""], "/bin/echo \"say \\\"hi\\\"\""),
    (["/bin/echo", "back\\slash"], "/bin/echo \"back\\\\slash\""),
    (["/bin/echo", "100%"], "/bin/echo 100%%"),
    (["/bin/echo", "$HOME", "${HOME}", "$$"], "/bin/echo $$HOME $${HOME} $$$$"),
    (["/opt/a$b/c", "$d"], "/opt/a$b/c $$d"),
    (["/bin/echo", "a\nb\tc"], "/bin/echo \"a\\nb\\tc\""),
    (["/bin/echo", "\u{1}\u{7F}"], "/bin/echo \"\\x01\\x7f\""),
    (["/bin/echo", ";", "a;b"], "/bin/echo \";\" a;b"),
    (["/bin/echo", "é", "~", "*", "#x", "=", "[y]"], "/bin/echo é ~ * #x = [y]"),
    (["/bin/two words", "x"], "\"/bin/two words\" x"),
  ]

  @Test("words are quoted so that they arrive as they are", arguments: commands)
  func quoting(words: [String], line: String) throws {
    #expect(ExecCommand(words).description == line)
    #expect(try ExecCommand(parsing: line) == ExecCommand(words))
  }

  @Test("a command that expands leaves specifiers and variables to systemd")
  func expanding() throws {
    let command = ExecCommand(["/bin/kill", "-HUP", "$MAINPID", "%t/x y"], expands: true)
    #expect(command.description == "/bin/kill -HUP $MAINPID \"%t/x y\"")
    #expect(try ExecCommand(parsing: command.description, expands: true) == command)
    #expect(throws: ExecCommandError.needsExpansion("$MAINPID")) { try ExecCommand(parsing: command.description) }
  }

  @Test("prefixes stand before the program, and `:` keeps variables out of the words")
  func prefixes() throws {
    #expect(ExecCommand(["/bin/false"], prefix: "-").description == "-/bin/false")
    #expect(ExecCommand(["/bin/echo", "$a %"], prefix: ":").description == ":/bin/echo \"$a %%\"")
    #expect(try ExecCommand(parsing: "-:/bin/echo $a").prefix == "-:")
    #expect(try ExecCommand(parsing: "-:/bin/echo $a").words == ["/bin/echo", "$a"])
    #expect(try ExecCommand(parsing: "!!/bin/x").words == ["/bin/x"])
  }

  /// Lines and their words as systemd 252 splits them, some from systemd.service(5), "COMMAND LINES".
  static let lines: [(String, [String])] = [
    ("/bin/echo one ; /bin/echo \"two two\"", ["/bin/echo", "one", ";", "/bin/echo", "two two"]),
    ("/bin/echo / >/dev/null & \\; /bin/ls", ["/bin/echo", "/", ">/dev/null", "&", ";", "/bin/ls"]),
    ("/bin/echo a\\x20b \\101 \\u00e9 \\s", ["/bin/echo", "a b", "A", "é", " "]),
    ("/bin/echo 'a b'\"c d\"e", ["/bin/echo", "a bc de"]),
    ("/bin/echo \\q \\x0g \\x00 a\\;b", ["/bin/echo", "\\q", "\\x0g", "\\x00", "a\\;b"]),
    ("/bin/echo \"\" ''", ["/bin/echo", "", ""]),
    ("/bin/echo 'a\\'b'", ["/bin/echo", "a'b"]),
    ("  /bin/echo\t x  ", ["/bin/echo", "x"]),
    ("", []),
  ]

  @Test("a line splits as systemd splits it", arguments: lines)
  func splitting(line: String, words: [String]) throws {
    #expect(try ExecCommand.split(line) == words)
  }

  @Test("a line that is no single command says why")
  func refusals() {
    #expect(throws: ExecCommandError.unbalancedQuotes) { try ExecCommand.split("/bin/echo \"a") }
    #expect(throws: ExecCommandError.empty) { try ExecCommand(parsing: "  ") }
    #expect(throws: ExecCommandError.empty) { try ExecCommand(parsing: "- /bin/x") }
    #expect(throws: ExecCommandError.severalCommands) { try ExecCommand(parsing: "/bin/a ; /bin/b") }
    #expect(throws: ExecCommandError.needsExpansion("%n")) { try ExecCommand(parsing: "/bin/a %n") }
  }
}
