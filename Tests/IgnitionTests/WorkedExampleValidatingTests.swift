// example
import Diagnostics
import Foundation
import Ignition
// end of example
import TestSupport
import Testing

@Suite("The article on validating a file")
struct WorkedExampleValidatingTests {
  @Test("shows the code that runs here, and what it prints")
  func runs() throws {
    let example = try WorkedExample(article: "Sources/Ignition/Ignition.docc/ValidatingAFile.md")
    #expect(example.blocks("swift") == [example.code])
    let folder = try TemporaryFolder()
    let node = try folder.write(try #require(example.blocks("json").first), to: "node.ign")

    var printed = ""
    func print(_ items: Any...) { printed += items.map { "\($0)" }.joined(separator: " ") + "\n" }

    // example
    func validate(_ url: URL) throws {
      let text = SourceText([UInt8](try Data(contentsOf: url)))
      let result = IgnitionConfig.parse(text.bytes)

      var report = Report()
      report.add(contentsOf: result.report, in: url.lastPathComponent)
      for finding in report.sorted {
        print(finding)
        if let place = finding.position, let excerpt = text.excerpt(at: place) { print(excerpt) }
      }

      if let config = result.config, let spec = result.spec {
        print("accepted, spec \(spec), \(config.storage.files.count) files")
      } else {
        print("not accepted")
      }
    }
    // end of example

    try validate(node)
    #expect(example.blocks("text") == [printed])
  }
}
