/// The chain as a picture, from left to right: a box for each stage, an arrow for each direct wait.
///
/// The same chain gives the same bytes.
public struct ChainSVG: Sendable {
  private let chain: BootChain

  /// The picture of `chain`.
  public init(_ chain: BootChain) { self.chain = chain }

  /// The picture as one SVG document on a white ground.
  public var text: String {
    let cards = chain.stages.map { ChainSVGCard($0) }
    let margin = ChainSVGLayout.margin
    let layout = ChainSVGLayout(
      ChainSVGLayers(chain), cards: cards.map(\.size), top: 2 * margin + ChainSVGLegend.height)
    let width = max(layout.size.width, ChainSVGLegend.width + 2 * margin)
    let height = layout.size.height
    var elements = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" "
        + "viewBox=\"0 0 \(width) \(height)\" font-family=\"sans-serif\">",
      "<title>Boot chain</title>",
      "<defs><marker id=\"arrow\" markerUnits=\"userSpaceOnUse\" markerWidth=\"11\" markerHeight=\"10\" refX=\"10\" "
        + "refY=\"5\" orient=\"auto\"><path d=\"M0 0L11 5L0 10Z\" fill=\"\(Self.ink)\"/></marker></defs>",
      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
    ]
    elements += ChainSVGLegend.elements(x: margin, y: margin)
    for stage in chain.stages.indices { elements += arrows(layout.lines.filter { $0.earlier == stage }) }
    for (card, box) in zip(cards, layout.boxes) { elements += card.elements(in: box) }
    return (elements + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  /// The attributes of an arrow's line.
  static let stroke = "fill=\"none\" stroke=\"\(ink)\" stroke-width=\"1.5\" marker-end=\"url(#arrow)\""
  private static let ink = "#46525e"

  /// The arrows that leave one stage. A white edge under them parts them from the lines that they cross.
  private func arrows(_ lines: [ChainSVGLayout.Line]) -> [String] {
    let edges = lines.map { "<path d=\"\(Self.path($0))\" fill=\"none\" stroke=\"#ffffff\" stroke-width=\"5\"/>" }
    return edges
      + lines.map { line in
        let (earlier, later) = (chain.stages[line.earlier].unit, chain.stages[line.later].unit)
        return "<path class=\"wait\" data-from=\"\(XMLText.escaped(earlier))\" "
          + "data-to=\"\(XMLText.escaped(later))\" d=\"\(Self.path(line))\" \(Self.stroke)>"
          + "<title>\(XMLText.escaped("\(earlier) is ready before \(later) starts"))</title></path>"
      }
  }

  private static func path(_ line: ChainSVGLayout.Line) -> String {
    var path = ""
    for (from, to) in line.bends {
      // The last pixels are straight, for the arrowhead.
      let end = to.x - 12
      let middle = (from.x + end) / 2
      path += path.isEmpty ? "M\(from.x) \(from.y)" : "H\(from.x)"
      path += "C\(middle) \(from.y) \(middle) \(to.y) \(end) \(to.y)"
    }
    return path + "H\(line.bends.last?.to.x ?? 0)"
  }
}
