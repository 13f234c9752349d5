import Console
import Glibc

/// The terminal on standard output.
struct Terminal {
  /// Whether standard output is one.
  static var isThere: Bool { isatty(STDOUT_FILENO) == 1 }

  private let hasColour: Bool

  /// Colours are left out for `NO_COLOR` and terminals that call themselves dumb.
  init() {
    hasColour = Self.isThere && Self.variable("NO_COLOR").isEmpty && Self.variable("TERM") != "dumb"
  }

  private static func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }

  /// Columns and rows; 80 and 24 where nobody knows.
  var size: (width: Int, height: Int) {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Takes the whole screen, and gives it back as it was.
  func begin() { Output.standard.write(Array("\u{1b}[?1049h\u{1b}[?25l".utf8)) }

  /// Gives the screen back.
  func end() { Output.standard.write(Array("\u{1b}[?25h\u{1b}[?1049l".utf8)) }

  /// Draws the lines over those that are there: nothing flickers.
  func draw(_ lines: [StyledLine]) {
    var text = "\u{1b}[H"
    for line in lines { text += styled(line) + "\u{1b}[K\r\n" }
    Output.standard.write(Array((text + "\u{1b}[J").utf8))
  }

  private func styled(_ line: StyledLine) -> String {
    hasColour ? "\u{1b}[\(line.style.code)m\(line.text)\u{1b}[0m" : line.text
  }
}
