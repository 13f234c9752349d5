/// A line of the terminal view.
struct StyledLine: Equatable {
  /// How it stands out.
  enum Style: Equatable {
    case plain, strong, faint, good, worrying, wrong

    /// Select Graphic Rendition (ECMA-48).
    var code: String {
      switch self {
      case .plain: "0"
      case .strong: "1"
      case .faint: "2"
      case .good: "32"
      case .worrying: "33"
      case .wrong: "31"
      }
    }
  }

  var text: String
  var style: Style

  init(_ text: String, _ style: Style = .plain) {
    // Names of mounts and devices, and what a kubelet says, are not ours: none of it may steer the terminal.
    // C1 controls and marks of direction steer one as well as ASCII's.
    let scalars = text.unicodeScalars.map { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: Unicode.Scalar(UInt8(0xB7))
      default: scalar
      }
    }
    self.text = String(String.UnicodeScalarView(scalars))
    self.style = style
  }

  /// The line, at most `width` characters of it.
  func cut(to width: Int) -> StyledLine {
    guard text.count > width, width > 1 else { return self }
    var line = self
    line.text = String(text.prefix(width - 1)) + "…"
    return line
  }
}
