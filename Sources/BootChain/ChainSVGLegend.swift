/// What the colours, borders and arrows of the picture mean, in one row.
enum ChainSVGLegend {
  private static let entries: [(text: String, form: Stage.Form, isDashed: Bool)] = [
    ("container (quadlet)", .quadlet, false), ("service", .service, false),
    ("runs once (oneshot)", .oneshot(remains: true), false), ("systemd's own target or mount", .target, false),
    ("dashed: started only when another stage wants it", .oneshot(remains: false), true),
  ]
  private static let arrow = "A is ready before B starts"
  private static let swatch = (width: 26, height: 16)
  private static let fontSize = 12
  private static let space = 26

  /// The height of the row in pixels.
  static let height = 24

  /// The width of the row in pixels.
  static var width: Int {
    (entries.map(\.text) + [arrow]).reduce(-space) { $0 + entryWidth($1) } + 2 * 14
  }

  /// The elements that draw it with its upper left corner at (`x`, `y`).
  static func elements(x: Int, y: Int) -> [String] {
    var left = x
    var elements = ["<g>"]
    for (text, form, isDashed) in entries {
      elements.append(
        "<rect x=\"\(left)\" y=\"\(y)\" width=\"\(swatch.width)\" height=\"\(swatch.height)\" rx=\"4\" "
          + "\(ChainSVGCard.paint(form, isDashed: isDashed))/>")
      elements.append(label(text, x: left + swatch.width + 8, y: y))
      left += entryWidth(text)
    }
    elements.append(label("A", x: left, y: y))
    elements.append(
      "<path d=\"M\(left + 14) \(y + swatch.height / 2)H\(left + 14 + swatch.width)\" \(ChainSVG.stroke)/>")
    elements.append(label("B: \(arrow)", x: left + 14 + swatch.width + 5, y: y))
    return elements + ["</g>"]
  }

  private static func entryWidth(_ text: String) -> Int {
    swatch.width + 8 + ChainSVGText.width(text, size: fontSize) + space
  }

  private static func label(_ text: String, x: Int, y: Int) -> String {
    "<text x=\"\(x)\" y=\"\(y + 12)\" font-size=\"\(fontSize)\" fill=\"#262e35\">\(XMLText.escaped(text))</text>"
  }
}
