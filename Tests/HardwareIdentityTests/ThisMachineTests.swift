import Foundation
import HardwareIdentity
import HostFS
import TestSupport
import Testing

@Suite("The machine that the tests run on")
struct ThisMachineTests {
  // Which interfaces have a device, and what their drivers answer to ETHTOOL_GPERMADDR.
  private static let script = """
    import ctypes, fcntl, os, socket, struct
    found = set()
    for name in os.listdir("/sys/class/net"):
      if not os.path.exists(f"/sys/class/net/{name}/device"): continue
      answer = ctypes.create_string_buffer(struct.pack("II", 0x20, 32) + bytes(32))
      request = struct.pack("16sQ", name.encode(), ctypes.addressof(answer)) + bytes(16)
      with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try: fcntl.ioctl(asked, 0x8946, request)
        except OSError: continue
      if any(answer.raw[8:14]): found.add(answer.raw[8:14].hex(":"))
    print(" ".join(sorted(found)))
    """

  @Test("the interfaces' permanent addresses are those that another program gets of the drivers")
  func addresses() throws {
    let result = try Command(["python3", "-c", Self.script], seconds: 60)
    let expected = result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    try #require(result.status == 0, "\(result.errors)")
    let facts = HardwareFacts(reading: try HostRoot(), endorsementKey: .absent("not asked"))
    // A machine without such an interface says so, and one whose driver does not answer may have sysfs' word.
    guard !expected.isEmpty else { return }
    #expect(facts.words(.nicPermanentAddress) == expected)
    #expect(facts.sources(.nicPermanentAddress).allSatisfy { $0.hasSuffix("/ETHTOOL_GPERMADDR") })
  }

  // In a process of its own: in this one, other tests open and close files at the same time.
  @Test("reading twice gives the same fingerprint, and leaves no file open")
  func again() async {
    await #expect(processExitsWith: .success) {
      let root = try HostRoot()
      let first = HardwareFacts(reading: root, endorsementKey: .absent("not asked"))
      let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
      for _ in 0..<20 { #expect(HardwareFacts(reading: root, endorsementKey: .absent("not asked")) == first) }
      #expect(try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count <= open)
    }
  }
}
