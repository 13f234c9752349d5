/// Text for a picture without a font at hand: wrapped by characters, measured so that no common sans-serif font is
/// wider.
enum ChainSVGText {
  /// The words of `text` in lines of at most `limit` characters; a longer word is cut.
  static func wrapped(_ text: String, at limit: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(whereSeparator: \.isWhitespace) {
      var rest = word
      if !line.isEmpty {
        if line.count + 1 + rest.count <= limit {
          line += " \(rest)"
          continue
        }
        lines.append(line)
      }
      while rest.count > limit {
        lines.append(String(rest.prefix(limit)))
        rest = rest.dropFirst(limit)
      }
      line = String(rest)
    }
    return line.isEmpty ? lines : lines + [line]
  }

  /// At least the width of `text` in pixels at `size` pixels to the em. DejaVu Sans and Verdana, the widest in common
  /// use, are the measure; Arial and its like are about a tenth narrower.
  static func width(_ text: String, size: Int, isBold: Bool = false) -> Int {
    let thousandths = text.unicodeScalars.reduce(0) { sum, scalar in
      switch scalar {
      case " ", ".", ",", ":", ";", "'", "|", "i", "j", "l", "I": sum + 360
      case "!", "-", "/", "(", ")", "[", "]", "f", "r", "t": sum + 440
      case "m", "w", "M", "W", "@", "%": sum + 1000
      case "A"..."Z", "&", "<", ">", "=", "+", "~", "#", "^": sum + 840
      case "!"..."~": sum + 640
      default: sum + 1050
      }
    }
    return (thousandths * size * (isBold ? 113 : 100) + 99_999) / 100_000
  }
}
