import Foundation
import NodeMetrics
import TestSupport
import Testing

/// The parsers of Prometheus' own Python client judge the text formats.
@Suite("The text formats", .enabled(if: PrometheusClient.isInstalled, "python3-prometheus-client is not installed"))
struct ExpositionFormatTests {
  @Test("Prometheus' parser reads every series, and none twice", arguments: FixtureTree.all)
  func prometheus(tree: FixtureTree) throws {
    try check(Exposition.prometheus(tree.snapshot()), "parser")
  }

  @Test("OpenMetrics' strict parser reads every series, and none twice", arguments: FixtureTree.all)
  func openMetrics(tree: FixtureTree) throws {
    try check(Exposition.openMetrics(tree.snapshot()), "openmetrics.parser")
  }

  @Test("labels with quotes, backslashes and line ends come back as they were")
  func labels() throws {
    let odd = "a\"b\\c\nd,e}=é"
    for (format, parser) in [(MetricFormat.prometheus, "parser"), (.openMetrics, "openmetrics.parser")] {
      var writer = MetricWriter(format)
      writer.family("odd_info", .info, "Odd.")
      writer.sample(MetricValue(true), MetricLabel("value", odd), MetricLabel("empty", ""))
      writer.finish()
      #expect(try PrometheusClient.series(writer.bytes, parser) == ["odd_info{value=\(odd)} 1.0"])
    }
  }

  private func check(_ bytes: [UInt8], _ parser: String) throws {
    let series = try PrometheusClient.series(bytes, parser)
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(series.count == lines.count)
    #expect(Set(series.map { $0.prefix { $0 != " " } }).count > 100)
    #expect(Set(series).count == series.count)
  }
}

enum PrometheusClient {
  static let isInstalled = (try? Command(["/usr/bin/python3", "-c", "import prometheus_client"]).status) == 0

  /// `name{label=value,…} number` of each series that the parser finds.
  static func series(_ bytes: [UInt8], _ parser: String) throws -> [String] {
    let program = """
      import json, sys
      from prometheus_client.\(parser) import text_string_to_metric_families as parse
      out = []
      for family in parse(sys.stdin.buffer.read().decode()):
          for s in family.samples:
              out.append(s.name + "{" + ",".join(f"{k}={v}" for k, v in sorted(s.labels.items())) + "} " + repr(float(s.value)))
      print(json.dumps(out))
      """
    let command = try Command(["/usr/bin/python3", "-c", program], input: Data(bytes))
    try #require(command.status == 0, "\(command.errors)")
    return try JSONDecoder().decode([String].self, from: Data(command.output.utf8))
  }
}
