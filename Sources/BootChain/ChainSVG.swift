/// The chain as a picture: a column for each depth, a box for each stage, a line for each direct wait.
public struct ChainSVG: Sendable {
  private let chain: BootChain
  private static let box = (width: 250, height: 46)
  private static let gap = (x: 56, y: 18)
  private static let margin = 20

  /// The picture of `chain`.
  public init(_ chain: BootChain) { self.chain = chain }

  /// The picture as one SVG document, readable on light and dark grounds.
  public var text: String {
    let depths = chain.depths
    var rows: [Int: Int] = [:]
    var places: [String: (x: Int, y: Int)] = [:]
    for stage in chain.stages {
      let column = depths[stage.unit] ?? 0
      let row = rows[column, default: 0]
      rows[column] = row + 1
      places[stage.unit] = (
        Self.margin + column * (Self.box.width + Self.gap.x), Self.margin + row * (Self.box.height + Self.gap.y)
      )
    }
    let width = 2 * Self.margin + (rows.count) * (Self.box.width + Self.gap.x) - Self.gap.x
    let height = 2 * Self.margin + (rows.values.max() ?? 0) * (Self.box.height + Self.gap.y) - Self.gap.y
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" "
        + "viewBox=\"0 0 \(width) \(height)\" font-family=\"sans-serif\">",
      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
    ]
    for (unit, after) in chain.directOrder {
      for earlier in after {
        guard let from = places[earlier], let to = places[unit] else { continue }
        lines.append(Self.curve(from: from, to: to))
      }
    }
    for stage in chain.stages {
      guard let place = places[stage.unit] else { continue }
      lines += Self.card(stage, at: place)
    }
    return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  private static func curve(from: (x: Int, y: Int), to: (x: Int, y: Int)) -> String {
    let start = (x: from.x + box.width, y: from.y + box.height / 2)
    let end = (x: to.x, y: to.y + box.height / 2)
    let bend = (end.x - start.x) / 2
    return
      "<path d=\"M\(start.x) \(start.y) C\(start.x + bend) \(start.y) \(end.x - bend) \(end.y) \(end.x) \(end.y)\" "
      + "fill=\"none\" stroke=\"#7a8794\" stroke-width=\"1.5\"/>"
  }

  private static func card(_ stage: Stage, at place: (x: Int, y: Int)) -> [String] {
    let fill: String
    switch stage.form {
    case .quadlet: fill = "#e3f0ff"
    case .service: fill = "#e6f6e6"
    case .oneshot: fill = "#fff4dc"
    case .target, .mount: fill = "#eeeeee"
    }
    let title = "<title>\(escaped(stage.summary)) — ready: \(escaped(stage.proof))</title>"
    return [
      "<g>\(title)<rect x=\"\(place.x)\" y=\"\(place.y)\" width=\"\(box.width)\" height=\"\(box.height)\" rx=\"6\" "
        + "fill=\"\(fill)\" stroke=\"#4a5661\"/>",
      "<text x=\"\(place.x + 10)\" y=\"\(place.y + 19)\" font-size=\"13\" font-weight=\"bold\" fill=\"#1c2329\">"
        + "\(escaped(stage.unit))</text>",
      "<text x=\"\(place.x + 10)\" y=\"\(place.y + 36)\" font-size=\"10\" fill=\"#3a444d\">"
        + "\(escaped(shortened(stage.summary)))</text></g>",
    ]
  }

  private static func shortened(_ text: String) -> String {
    text.count <= 44 ? text : text.prefix(43) + "…"
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.append(character)
      }
    }
  }
}
