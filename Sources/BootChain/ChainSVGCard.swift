/// The box of one stage: its unit, its whole summary, its proof.
struct ChainSVGCard: Sendable {
  private let stage: Stage
  private let lines: [(text: String, style: Style)]

  /// How a line of a card is set, in pixels.
  private struct Style: Sendable {
    var size: Int
    var height: Int
    var isBold = false
    var colour: String
  }

  private static let padding = (x: 12, y: 8)
  private static let name = Style(size: 13, height: 19, isBold: true, colour: "#15191d")
  private static let summary = Style(size: 12, height: 16, colour: "#262e35")
  private static let proof = Style(size: 10, height: 14, colour: "#47525c")
  private static let limit = 44

  /// The card of `stage`.
  init(_ stage: Stage) {
    self.stage = stage
    lines =
      [(stage.unit, Self.name)]
      + ChainSVGText.wrapped(stage.summary, at: Self.limit).map { ($0, Self.summary) }
      + ChainSVGText.wrapped("ready: \(stage.proof)", at: Self.limit + 6).map { ($0, Self.proof) }
  }

  /// The least size that holds the text, in pixels.
  var size: (width: Int, height: Int) {
    let widths = lines.map { ChainSVGText.width($0.text, size: $0.style.size, isBold: $0.style.isBold) }
    return (
      (widths.max() ?? 0) + 2 * Self.padding.x, lines.reduce(0) { $0 + $1.style.height } + 2 * Self.padding.y
    )
  }

  /// The elements that draw it in `box`.
  func elements(in box: ChainSVGLayout.Box) -> [String] {
    var elements = [
      "<g>",
      "<rect class=\"stage\" data-unit=\"\(XMLText.escaped(stage.unit))\" x=\"\(box.x)\" y=\"\(box.y)\" "
        + "width=\"\(box.width)\" height=\"\(box.height)\" rx=\"6\" "
        + "\(Self.paint(stage.form, isDashed: stage.start == .demand))/>",
    ]
    var top = box.y + (box.height - size.height) / 2 + Self.padding.y
    for (text, style) in lines {
      let weight = style.isBold ? "font-weight=\"bold\" " : ""
      elements.append(
        "<text x=\"\(box.x + Self.padding.x)\" y=\"\(top + style.size)\" font-size=\"\(style.size)\" "
          + "\(weight)fill=\"\(style.colour)\">\(XMLText.escaped(text))</text>"
      )
      top += style.height
    }
    return elements + ["</g>"]
  }

  /// The attributes that fill and outline the box of a stage of this form.
  static func paint(_ form: Stage.Form, isDashed: Bool) -> String {
    let colours: (fill: String, line: String)
    switch form {
    case .quadlet: colours = ("#e1efff", "#2f6fb3")
    case .service: colours = ("#e2f5e3", "#3c8743")
    case .oneshot: colours = ("#fff3d6", "#a87512")
    case .target, .mount: colours = ("#ececef", "#6a7078")
    }
    let dashes = isDashed ? " stroke-dasharray=\"6 4\"" : ""
    return "fill=\"\(colours.fill)\" stroke=\"\(colours.line)\" stroke-width=\"1.5\"\(dashes)"
  }
}
