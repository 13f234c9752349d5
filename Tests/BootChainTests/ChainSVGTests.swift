import BootChain
import Foundation
import Testing

@Suite("The picture of the chain")
struct ChainSVGTests {
  /// Every kind of node, and chains far more tangled than any node's, in which each stage waits for three chance ones.
  static let chains: [BootChain] = BootChainTests.shapes.map { BootChain($0) } + (1...12).map { tangled(seed: $0) }

  static func tangled(seed: UInt64) -> BootChain {
    var chain = BootChain(.init(isMaster: true, initialises: true, hasKeepalived: true, runtimeArchives: ["cri-o"]))
    var state = seed
    for index in chain.stages.indices.dropFirst(5) {
      chain.stages[index].after = []
      for _ in 0..<3 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let earlier = chain.stages[Int(state >> 33) % (index / 5 * 5)].unit
        if !chain.stages[index].after.contains(earlier) { chain.stages[index].after.append(earlier) }
      }
    }
    return chain
  }

  @Test("has every stage once, with its whole summary and its proof", arguments: chains)
  func stages(chain: BootChain) throws {
    let picture = try DrawnChain(chain)
    #expect(picture.boxes.map(\.unit) == chain.stages.map(\.unit))
    for (box, stage) in zip(picture.boxes, chain.stages) {
      #expect(box.texts.map(\.text).joined(separator: " ") == "\(stage.unit) \(stage.summary) ready: \(stage.proof)")
      #expect(box.isDashed == (stage.start == .demand), "\(stage.unit)")
    }
  }

  @Test("has every direct wait once, from the earlier stage's right side to the later one's left", arguments: chains)
  func waits(chain: BootChain) throws {
    let picture = try DrawnChain(chain)
    let expected = chain.directOrder.flatMap { entry in entry.after.map { "\($0) \(entry.unit)" } }
    #expect(picture.lines.map { "\($0.from) \($0.to)" }.sorted() == expected.sorted())
    for line in picture.lines {
      let from = try #require(picture.boxes.first { $0.unit == line.from })
      let to = try #require(picture.boxes.first { $0.unit == line.to })
      let (start, end) = (try #require(line.points.first), try #require(line.points.last))
      #expect(start.x == from.frame.right && start.y > from.frame.top && start.y < from.frame.bottom)
      #expect(end.x == to.frame.left && end.y > to.frame.top && end.y < to.frame.bottom)
      #expect(line.hasArrowhead)
    }
  }

  @Test("no line comes near a box but those at its ends, and none enters a box", arguments: chains)
  func clearance(chain: BootChain) throws {
    let picture = try DrawnChain(chain)
    for line in picture.lines {
      for box in picture.boxes {
        let isEnd = box.unit == line.from || box.unit == line.to
        let frame = box.frame.grown(by: isEnd ? -0.5 : 6)
        #expect(!line.segments.contains { frame.meets($0.0, $0.1) }, "\(line.from) → \(line.to) meets \(box.unit)")
      }
    }
  }

  @Test("lines of different stages never run along the same way", arguments: chains)
  func separateWays(chain: BootChain) throws {
    let runs = try DrawnChain(chain).lines.flatMap { line in
      line.segments.filter { $0.0.y == $0.1.y && $0.1.x - $0.0.x > 20 }.map { (line: line, from: $0.0, to: $0.1) }
    }
    for (index, one) in runs.enumerated() {
      for other in runs[..<index] where one.line.from != other.line.from {
        let isBeside = one.from.x < other.to.x && other.from.x < one.to.x
        #expect(!isBeside || abs(one.from.y - other.from.y) > 10, "\(one.line) and \(other.line)")
      }
    }
  }

  @Test("boxes keep clear of each other and of the border", arguments: chains)
  func boxes(chain: BootChain) throws {
    let picture = try DrawnChain(chain)
    for (index, box) in picture.boxes.enumerated() {
      #expect(box.frame.left >= 10 && box.frame.right <= picture.width - 10)
      #expect(box.frame.top >= 10 && box.frame.bottom <= picture.height - 10)
      for other in picture.boxes[..<index] { #expect(!box.frame.grown(by: 7).overlaps(other.frame.grown(by: 7))) }
    }
  }

  @Test("no lines of a real node's chain cross", arguments: BootChainTests.shapes)
  func crossings(shape: BootChain.Shape) throws {
    let lines = try DrawnChain(BootChain(shape)).lines
    for (index, one) in lines.enumerated() {
      for other in lines[..<index] where one.from != other.from && one.to != other.to {
        let doCross = one.segments.contains { mine in
          other.segments.contains { crosses(mine.0, mine.1, $0.0, $0.1) }
        }
        #expect(!doCross, "\(one.from) → \(one.to) crosses \(other.from) → \(other.to)")
      }
    }
  }

  @Test(
    "the box is wide enough for DejaVu Sans, the widest common sans-serif font",
    arguments: [
      // Widths in pixels at the drawn sizes, from the advances in the font's hmtx table.
      ("openbao-bootstrap-gate.service", 236.4), ("ll-unpack-cilium-chart.service", 217.6),
      ("the image of keepalived, pulled where it is", 256.2), ("127.0.0.1:7443 and :8200 to every master", 256.3),
      ("ready: READY=1 once its session with the operator", 256.6),
    ])
  func widths(text: String, width: Double) throws {
    let chain = BootChain(
      .init(isMaster: true, initialises: true, hasKeepalived: true, addonArchives: ["cilium-chart"]))
    let box = try #require(try DrawnChain(chain).boxes.first { $0.texts.contains { $0.text == text } })
    let line = try #require(box.texts.first { $0.text == text })
    #expect(line.x + width <= box.frame.right - 6)
  }

  @Test("every line of text stands inside its box and below the one before", arguments: chains)
  func lines(chain: BootChain) throws {
    for box in try DrawnChain(chain).boxes {
      var bottom = box.frame.top
      for text in box.texts {
        #expect(text.y - text.size >= bottom && text.x > box.frame.left && text.text.count <= 50)
        bottom = text.y
      }
      #expect(bottom + 4 <= box.frame.bottom)
    }
  }

  @Test("whatever a text contains, it arrives as it was; what XML cannot hold is replaced")
  func escaping() throws {
    var chain = BootChain(.init(isMaster: false))
    let last = chain.stages.count - 1
    chain.stages[last].unit = "<\"&'>.service"
    chain.stages[last].summary = "a </text> & ]]> \u{1}"
    chain.stages[last].proof = String(repeating: "x", count: 120)
    let picture = try DrawnChain(chain)
    #expect(picture.boxes[last].unit == "<\"&'>.service")
    #expect(picture.boxes[last].texts[1].text == "a </text> & ]]> \u{FFFD}")
    #expect(picture.boxes[last].texts.dropFirst(2).map(\.text).joined().count { $0 == "x" } == 120)
    #expect(picture.lines.contains { $0.to == "<\"&'>.service" })
  }

  @Test("a chain that breaks its rules is still drawn, without the waits that lead nowhere")
  func brokenChains() throws {
    var chain = BootChain(.init(isMaster: false))
    chain.stages[0].after = [ChainUnit.kubelet, chain.stages[0].unit, "nobody.service"]
    chain.stages.append(chain.stages[0])
    let picture = try DrawnChain(chain)
    #expect(picture.boxes.map(\.unit) == chain.stages.map(\.unit))
    let places = Dictionary(picture.boxes.map { ($0.unit, $0.frame.left) }, uniquingKeysWith: { first, _ in first })
    for line in picture.lines { #expect((places[line.from] ?? .nan) < (places[line.to] ?? .nan)) }
    chain.stages = []
    #expect(try DrawnChain(chain).boxes.isEmpty)
  }

  @Test("the same chain gives the same bytes", arguments: chains)
  func determinism(chain: BootChain) {
    #expect(ChainSVG(chain).text == ChainSVG(chain).text)
  }
}

private func crosses(
  _ a: DrawnChain.Point, _ b: DrawnChain.Point, _ c: DrawnChain.Point, _ d: DrawnChain.Point
) -> Bool {
  func side(_ p: DrawnChain.Point, _ q: DrawnChain.Point, _ r: DrawnChain.Point) -> Double {
    (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x)
  }
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0
}
