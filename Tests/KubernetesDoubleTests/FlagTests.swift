import Testing

@testable import KubernetesDouble

@Suite("flags as pflag parses them")
struct FlagTests {
  @Test("an unknown flag is refused by its name")
  func unknown() {
    #expect(throws: Refusal("unknown flag: --no-such")) { try FlagSet.kubelet.parse(["--no-such=1"]) }
  }
}
