/// What a stranger said, for a person's eyes.
public enum OneLine {
  /// One line of `text`: nothing in it steers a terminal, ends the line or turns its direction.
  /// - Parameter limit: how many Unicode scalars are kept.
  public static func of(_ text: some StringProtocol, atMost limit: Int = 200) -> String {
    let scalars = text.unicodeScalars.prefix(limit).map { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: Unicode.Scalar(UInt8(ascii: " "))
      default: scalar
      }
    }
    return String(String.UnicodeScalarView(scalars))
  }
}
