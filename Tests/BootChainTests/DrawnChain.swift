import BootChain
import Foundation
import FoundationXML

/// A picture of a chain as an XML parser reads it back, its bends resolved into short straight segments.
struct DrawnChain {
  struct Point: Hashable {
    var x: Double
    var y: Double
  }

  struct Frame: Hashable {
    var left: Double
    var top: Double
    var right: Double
    var bottom: Double

    func grown(by room: Double) -> Frame {
      Frame(left: left - room, top: top - room, right: right + room, bottom: bottom + room)
    }

    func overlaps(_ other: Frame) -> Bool {
      left < other.right && other.left < right && top < other.bottom && other.top < bottom
    }

    /// Whether the segment has a point inside (Liang and Barsky's clipping).
    func meets(_ from: Point, _ to: Point) -> Bool {
      var (enter, leave) = (0.0, 1.0)
      let (dx, dy) = (to.x - from.x, to.y - from.y)
      for (step, room) in [
        (-dx, from.x - left), (dx, right - from.x), (-dy, from.y - top), (dy, bottom - from.y),
      ] {
        if step == 0 {
          if room <= 0 { return false }
        } else if step < 0 {
          enter = max(enter, room / step)
        } else {
          leave = min(leave, room / step)
        }
      }
      return enter < leave
    }
  }

  struct Text: Hashable {
    var x: Double
    var y: Double
    var size: Double
    var text: String
  }

  struct Box {
    var unit: String
    var frame: Frame
    var isDashed: Bool
    var texts: [Text] = []
  }

  struct Line {
    var from: String
    var to: String
    var hasArrowhead: Bool
    var points: [Point]
    var segments: [(Point, Point)] { Array(zip(points, points.dropFirst())) }
  }

  /// Why a picture could not be read.
  struct Unreadable: Error {
    var why: String
  }

  var width = 0.0
  var height = 0.0
  var boxes: [Box] = []
  var lines: [Line] = []

  init(_ chain: BootChain) throws {
    let parser = XMLParser(data: Data(ChainSVG(chain).text.utf8))
    let reader = Reader()
    parser.delegate = reader
    guard parser.parse() else { throw Unreadable(why: "\(parser.parserError.map { "\($0)" } ?? "no reason given")") }
    self = reader.picture
  }

  private init() {}

  private final class Reader: NSObject, XMLParserDelegate {
    var picture = DrawnChain()
    private var isInStage = false
    private var isInText = false

    func parser(
      _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      func number(_ key: String) -> Double { attributes[key].flatMap { Double($0) } ?? .nan }
      switch (element, attributes["class"]) {
      case ("svg", _): (picture.width, picture.height) = (number("width"), number("height"))
      case ("rect", "stage"):
        isInStage = true
        let (left, top) = (number("x"), number("y"))
        picture.boxes.append(
          Box(
            unit: attributes["data-unit"] ?? "",
            frame: Frame(left: left, top: top, right: left + number("width"), bottom: top + number("height")),
            isDashed: attributes["stroke-dasharray"] != nil))
      case ("text", _) where isInStage:
        isInText = true
        picture.boxes[picture.boxes.count - 1].texts.append(
          Text(x: number("x"), y: number("y"), size: number("font-size"), text: ""))
      case ("path", "wait"):
        picture.lines.append(
          Line(
            from: attributes["data-from"] ?? "", to: attributes["data-to"] ?? "",
            hasArrowhead: attributes["marker-end"] == "url(#arrow)", points: Self.points(attributes["d"] ?? "")))
      default: break
      }
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
      guard isInText, let box = picture.boxes.indices.last else { return }
      picture.boxes[box].texts[picture.boxes[box].texts.count - 1].text += text
    }

    func parser(_ parser: XMLParser, didEndElement element: String, namespaceURI: String?, qualifiedName: String?) {
      if element == "text" { isInText = false }
      if element == "g" { isInStage = false }
    }

    /// The points of a path of absolute `M`, `C` and `H`, each curve in 24 steps; none for a path with anything else.
    private static func points(_ path: String) -> [Point] {
      var points: [Point] = []
      var rest = Substring(path)
      while let command = rest.popFirst() {
        let end = rest.firstIndex(where: \.isLetter) ?? rest.endIndex
        let numbers = rest[..<end].split(separator: " ").compactMap { Double($0) }
        rest = rest[end...]
        switch (command, numbers.count, points.last) {
        case ("M", 2, nil): points.append(Point(x: numbers[0], y: numbers[1]))
        case ("H", 1, let last?): points.append(Point(x: numbers[0], y: last.y))
        case ("C", 6, let last?):
          for step in 1...24 {
            let t = Double(step) / 24
            func at(_ p: Double, _ q: Double, _ r: Double, _ s: Double) -> Double {
              let u = 1 - t
              return u * u * u * p + 3 * u * u * t * q + 3 * u * t * t * r + t * t * t * s
            }
            points.append(
              Point(
                x: at(last.x, numbers[0], numbers[2], numbers[4]), y: at(last.y, numbers[1], numbers[3], numbers[5])))
          }
        default: return []
        }
      }
      return points
    }
  }
}
