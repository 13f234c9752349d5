import Foundation
import Testing

@testable import Kubelet

extension KubeletTests {
  @Suite("The kubelet's answers, cut and scrambled")
  struct ParserTests {
    private static func parseAll(_ bytes: [UInt8]) {
      _ = KubeletHealth(parsing: String(decoding: bytes, as: UTF8.self), isOK: true)
      _ = try? PodListReader.value(of: bytes)
      _ = try? SummaryReader.value(of: bytes)
      _ = try? ResourceMetricsReader.value(of: bytes)
    }

    private static let texts = [
      RecordedAnswers.healthy, RecordedAnswers.pods, RecordedAnswers.summary, RecordedAnswers.resources,
    ]

    @Test("a JSON answer cut anywhere is an error, and no cut crashes any parser")
    func cut() {
      for text in Self.texts {
        let bytes = Array(text.utf8)
        for end in stride(from: 0, to: bytes.count, by: 13) { Self.parseAll(Array(bytes[..<end])) }
      }
      for text in [RecordedAnswers.pods, RecordedAnswers.summary] {
        let bytes = Array(text.utf8)
        for end in stride(from: 0, to: bytes.count - 1, by: 29) {
          #expect(throws: KubeletError.self) { try PodListReader.value(of: Array(bytes[..<end])) }
          #expect(throws: KubeletError.self) { try SummaryReader.value(of: Array(bytes[..<end])) }
        }
      }
    }

    @Test("no scrambled answer crashes a parser")
    func scrambled() {
      // A fixed seed (xorshift), so that a find can be found again.
      var state: UInt64 = 0x9E37_79B9_7F4A_7C15
      func random() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
      }
      for _ in 0..<60 {
        for text in Self.texts {
          var bytes = Array(text.utf8)
          for _ in 0..<(1 + random() % 8) {
            bytes[Int(random() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random())
          }
          Self.parseAll(bytes)
        }
      }
    }

    @Test("a summary's fault is named by its place")
    func places() {
      let cases: [(String, String)] = [
        (#"{"node":{}}"#, "no node.nodeName"),
        (#"{"node":{"nodeName":"a","cpu":{"usageNanoCores":-1}}}"#, "cannot be read"),
        (#"{"node":{"nodeName":"a"},"pods":7}"#, "pods has another type"), ("", "JSON"),
      ]
      for (json, words) in cases {
        do {
          _ = try SummaryReader.value(of: Array(json.utf8))
          Issue.record("\(json) was read")
        } catch {
          #expect(error.description.contains(words), "\(error)")
        }
      }
    }

    @Test(
      "nothing that a kubelet says steers a terminal, begins another line or is without end",
      arguments: [
        "\u{1b}[2J", "\u{9b}2J", "\u{202e}x", "\u{2028}x", "\rx", "\0", "e" + String(repeating: "\u{301}", count: 5000),
      ])
    func hostile(_ words: String) throws {
      let health = try #require(
        KubeletHealth(parsing: "[-]a\(words) failed: b\(words)\n[+]c\(words) ok\n", isOK: false))
      var lines = health.checks.flatMap { [$0.name, $0.reason] }
      let encoded = String(decoding: try JSONEncoder().encode(words), as: UTF8.self)
      do {
        _ = try PodListReader.value(of: Array(#"{"kind":\#(encoded)}"#.utf8))
        Issue.record("a list of another kind was read")
      } catch {
        lines.append(error.description)
      }
      for line in lines {
        let categories = Set(line.unicodeScalars.map(\.properties.generalCategory))
        #expect(
          categories.isDisjoint(with: [.control, .format, .lineSeparator, .paragraphSeparator]),
          "\(line.debugDescription)")
        #expect(line.utf8.count < 1000)
      }
      #expect(health.checks.first?.name.first == "a")
    }

    @Test("a kubelet without pods says null")
    func noPods() throws {
      let list = try PodListReader.value(
        of: Array(#"{"kind":"PodList","apiVersion":"v1","metadata":{},"items":null}"#.utf8))
      #expect(list.total == 0)
    }

    @Test(
      "the error flag of either name and labels with braces are read",
      arguments: [
        ("scrape_error 1\n", true), ("resource_scrape_error 1 5\n", true),
        ("node_cpu_usage_seconds_total 1\ncontainer_x{a=\"}\"} 2\nscrape_error 0\n", false),
      ])
    func resources(_ text: String, _ hasError: Bool) throws {
      let metrics = try ResourceMetricsReader.value(of: Array(text.utf8))
      #expect(metrics.hasScrapeError == hasError)
    }
  }
}
