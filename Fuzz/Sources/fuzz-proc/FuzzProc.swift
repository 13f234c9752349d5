import Fuzzing
import HostFS

@testable import NodeMetrics

/// Any bytes as a file of procfs or sysfs: the first byte says which. What is read is shown in every format.
@main
struct FuzzProc {
  static func main() {
    Fuzzer.run { start, count in
      let bytes = Fuzzer.bytes(start, count)
      guard let first = bytes.first else { return 0 }
      let text = Array(bytes.dropFirst())
      text.withUnsafeBytes { buffer in
        let kind = KernelFile.allCases[Int(first) % KernelFile.allCases.count]
        guard let snapshot = kind.snapshot(ByteText(buffer)) else { return }
        FuzzProc.check(snapshot)
      }
      return 0
    }
  }

  fileprivate static func check(_ snapshot: NodeSnapshot) {
    let prometheus = Exposition.prometheus(snapshot)
    expect(prometheus.last == UInt8(ascii: "\n"), "the text ends in the middle of a line")
    expect(String(validating: prometheus, as: UTF8.self) != nil, "the text is not UTF-8")
    let openMetrics = Exposition.openMetrics(snapshot)
    expect(openMetrics.suffix(6).elementsEqual("# EOF\n".utf8), "OpenMetrics without its end")
    expect(String(validating: Exposition.json(snapshot), as: UTF8.self) != nil, "JSON that is not UTF-8")
    expect(SetbackSearch.setbacks(from: snapshot, to: snapshot).isEmpty, "a setback from a sample to itself")
    expect(ConditionRules(snapshot).conditions.count == ConditionType.allCases.count, "a condition is missing")
  }
}
