import Foundation

/// An article of a documentation catalog next to the test file that runs its code.
///
/// What stands between the lines `// example` and `// end of example` of the test file is the code of the article, so
/// that no reader copies what has never been compiled.
public struct WorkedExample {
  private let article: [Substring]
  private let test: [Substring]

  /// Reads `article`, a path in the checkout, and the test file that asks.
  public init(article: String, test: String = #filePath) throws {
    self.article = try Self.lines(of: SharedFolder.checkout.appendingPathComponent(article))
    self.test = try Self.lines(of: URL(fileURLWithPath: test))
  }

  /// The code that the test file runs, without the indentation of its marks, regions apart by an empty line.
  public var code: String {
    var regions: [[Substring]] = []
    var rest = test[...]
    while let start = rest.firstIndex(where: { $0.drop { $0 == " " } == "// example" }),
      let end = rest[start...].firstIndex(where: { $0.drop { $0 == " " } == "// end of example" })
    {
      let margin = rest[start].prefix { $0 == " " }.count
      regions.append(rest[(start + 1)..<end].map { $0.dropFirst(margin) })
      rest = rest[(end + 1)...]
    }
    return regions.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  /// The article's fenced blocks of `language`, in order.
  public func blocks(_ language: String) -> [String] {
    var blocks: [String] = []
    var rest = article[...]
    while let start = rest.firstIndex(where: { $0.hasPrefix("```") }),
      let end = rest[(start + 1)...].firstIndex(of: "```")
    {
      if rest[start] == "```" + language { blocks.append(rest[(start + 1)..<end].map { $0 + "\n" }.joined()) }
      rest = rest[(end + 1)...]
    }
    return blocks
  }

  private static func lines(of url: URL) throws -> [Substring] {
    String(decoding: try Data(contentsOf: url), as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
  }
}
