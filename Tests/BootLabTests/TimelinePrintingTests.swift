import BootChain
import BootLab
import Diagnostics
import Foundation
import FoundationXML
import Testing

@Suite("The timeline for people and programs")
struct TimelinePrintingTests {
  @Test("a master has 20 seconds, a worker 12, scaled by the processor's factor")
  func budgets() {
    let master = BootChain(BootChain.Shape(isMaster: true))
    #expect(BootBudget(for: master).limit == .seconds(20))
    #expect(BootBudget(for: Recording.chain).limit == .seconds(12))
    #expect(BootBudget(for: Recording.chain, cpuFactorThousandths: 15_500).limit == .seconds(186))
    #expect(CPUFactor.thousandths(machine: 3_000_000_000, here: 200_000_000) == 15_000)
    #expect(CPUFactor.thousandths(machine: 100, here: 200_000_000) == 1000)
  }

  @Test("the text names every stage, the critical chain, and what is left of the budget")
  func text() throws {
    let timeline = try Recording("good").timeline()
    let text = TimelineText(timeline).text
    let left = timeline.left(at: try #require(timeline.finished))
    #expect(text.contains("the last proof stood"))
    #expect(left > .zero && text.contains("s left of 12.000 s"))
    for stage in Recording.chain.stages { #expect(text.contains(stage.unit)) }
    #expect(text.split(separator: "\n").count { $0.contains("  * ") } == timeline.criticalChain.count)
  }

  @Test("a boot that is too late says by how much")
  func late() throws {
    var timeline = try Recording("good").timeline()
    timeline.budget.goal = .seconds(1)
    #expect(TimelineText(timeline).text.contains("s over the budget of 1.000 s"))
  }

  @Test("a broken boot's text ends with the unit that broke it and its log")
  func broken() throws {
    let recording = try Recording("broken")
    let timeline = recording.timeline()
    let text = TimelineText(timeline, broken: timeline.firstBreak(in: recording.entries)).text
    #expect(text.contains("the last proof, cilium-ready.service, was not reached"))
    #expect(text.contains("the chain broke at ll-tpm-login.service: failed"))
    #expect(text.contains("  this is the TPM of another machine\n"))
  }

  @Test("the JSON says the same in milliseconds")
  func json() throws {
    let recording = try Recording("good")
    let timeline = recording.timeline()
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(timeline.json().compact)) as? [String: Any])
    let finished = try #require(timeline.finished)
    #expect(object["readyMilliseconds"] as? Int == Int((finished / .milliseconds(1)).rounded()))
    #expect(object["budgetMilliseconds"] as? Int == 12_000)
    let stages = try #require(object["stages"] as? [[String: Any]])
    #expect(stages.map { $0["unit"] as? String } == Recording.chain.stages.map(\.unit))
    let critical = stages.filter { $0["critical"] as? Bool == true }.count
    #expect(critical == timeline.criticalChain.count)
    #expect(object["broken"] is NSNull)
  }

  @Test(
    "the picture is sound XML, fetches nothing, and has a bar for each start that came to something",
    arguments: ["good", "retry", "broken", "skip"])
  func picture(name: String) throws {
    var timeline = try Recording(name).timeline()
    timeline.node = "<worker> & \"1\""
    let text = TimelineSVG(timeline).text
    let delegate = Elements()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = delegate
    #expect(parser.parse())
    let bars = delegate.classes.filter { ["bar", "critical", "fail"].contains($0) }.count
    let drawn = timeline.stages.reduce(0) { count, timing in
      count + timing.attempts.prefix { $0.ready == nil }.count { $0.failed != nil }
        + (timing.attempts.contains { $0.ready != nil } ? 1 : 0)
    }
    #expect(bars == drawn)
    #expect(delegate.units.sorted() == Recording.chain.stages.map(\.unit).sorted())
    #expect(text.contains("prefers-color-scheme:dark"))
    // The namespace's name is no address that anybody asks.
    #expect(text.components(separatedBy: "://").count == 2)
    #expect(!text.contains("href"))
    #expect(TimelineSVG(timeline).text == text)
  }

  private final class Elements: NSObject, XMLParserDelegate {
    var classes: [String] = []
    var units: [String] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      if name == "rect", let kind = attributes["class"] { classes.append(kind) }
      if let unit = attributes["data-unit"] { units.append(unit) }
    }
  }
}
