import Foundation
import Testing

@testable import SecretMemory

@Suite("Secret memory", .serialized)
struct SecretBytesTests {
  private func secret(_ text: String) throws -> SecretBytes {
    try Array(text.utf8).withUnsafeBytes { try SecretBytes(copying: $0) }
  }

  /// The lines of /proc/self/smaps about the mapping that holds `address`.
  private func mapping(of address: UInt) throws -> [String: [Substring]] {
    // The kernel hands this file out in pieces, each a short read.
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/self/smaps"))
    var bytes = Data()
    while let piece = try file.read(upToCount: 65_536), !piece.isEmpty { bytes += piece }
    let text = String(decoding: bytes, as: UTF8.self)
    var found: [String: [Substring]] = [:]
    var inside = false
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      if let range = words.first, range.contains("-"), !range.hasSuffix(":") {
        let ends = range.split(separator: "-").compactMap { UInt($0, radix: 16) }
        inside = ends.count == 2 && ends[0] <= address && address < ends[1]
      } else if inside, let key = words.first {
        found[String(key)] = Array(words.dropFirst())
      }
    }
    return found
  }

  @Test("the bytes are what was put in", arguments: [0, 1, 32, 4095, 4096, 4097, 20_000])
  func contents(_ count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    let secret = try bytes.withUnsafeBytes { try SecretBytes(copying: $0) }
    #expect(secret.count == count)
    #expect(secret.withUnsafeBytes { Array($0) } == bytes)
  }

  @Test("the kernel holds the pages locked, out of dumps and wiped in children")
  func kernelsView() throws {
    let secret = try secret("locked")
    let address = secret.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
    let lines = try mapping(of: address)
    let flags = try #require(lines["VmFlags:"])
    #expect(flags.contains("lo"))
    #expect(flags.contains("dd"))
    #expect(flags.contains("wf"))
    #expect(lines["Locked:"] == lines["Rss:"])
    #expect(secret.count == 6, "the secret lived until here")
  }

  // In a process of its own: in this one, another suite's secret may take the freed address before it is looked at.
  @Test("pages go back when the last reference goes")
  func release() async {
    await #expect(processExitsWith: .success) {
      let suite = SecretBytesTests()
      var address: UInt = 0
      do {
        let secret = try suite.secret("gone")
        address = secret.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
        #expect(try suite.mapping(of: address)["VmFlags:"]?.contains("dd") == true)
        #expect(secret.count == 4, "the secret lived until here")
      }
      #expect(try suite.mapping(of: address)["VmFlags:"]?.contains("dd") != true)
    }
  }

  @Test(
    "fewer bytes than the capacity may be filled, more or less than none may not",
    arguments: [(16, 7), (16, 0), (0, 0)])
  func capacity(_ capacity: Int, _ written: Int) throws {
    let secret = try SecretBytes(capacity: capacity) { _ in written }
    #expect(secret.count == written)
    #expect(secret.withUnsafeBytes { $0.allSatisfy { $0 == 0 } })
  }

  @Test("a count outside the capacity is an error", arguments: [-1, 17])
  func badCount(_ written: Int) {
    #expect(throws: SecretMemoryError.count(written)) { try SecretBytes(capacity: 16) { _ in written } }
    #expect(throws: SecretMemoryError.count(-1)) { try SecretBytes(count: -1) { _ in } }
    #expect(throws: SecretMemoryError.count(.max)) { try SecretBytes(count: .max) { _ in } }
  }

  @Test("equality looks at every byte")
  func equality() throws {
    let bytes = [UInt8](repeating: 0x5A, count: 40)
    let original = try bytes.withUnsafeBytes { try SecretBytes(copying: $0) }
    #expect(try bytes.withUnsafeBytes { try SecretBytes(copying: $0) } == original)
    for bit in 0..<(bytes.count * 8) {
      var other = bytes
      other[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(!ConstantTime.isEqual(bytes, other))
      #expect(try other.withUnsafeBytes { try SecretBytes(copying: $0) } != original)
    }
    #expect(!ConstantTime.isEqual(bytes, Array(bytes.dropLast())))
    #expect(ConstantTime.isEqual([], []))
  }

  @Test("random secrets differ")
  func random() throws {
    #expect(try SecretBytes.random(count: 32) != SecretBytes.random(count: 32))
  }

  @Test("neither interpolation, debugging nor dump shows a byte")
  func words() throws {
    let secret = try secret("hunter2-hunter2-hunter2")
    var dumped = ""
    dump(secret, to: &dumped)
    for shown in ["\(secret)", String(reflecting: secret), dumped, "\([secret])"] {
      #expect(!shown.contains("hunter2"))
      #expect(!shown.contains("0x"))
      #expect(shown.contains("23 secret bytes"))
    }
  }

  @Test("memory that cannot be had is an error, and a refused lock names the limit")
  func refused() {
    #expect(throws: SecretMemoryError.self) { try SecretBytes(count: 1 << 47) { _ in } }
    #expect(SecretMemoryError.locking(12).description.contains("LimitMEMLOCK"))
  }

  @Test("core dumps go off, in the kernel's own view")
  func coreDumps() throws {
    try ProcessHardening.setDumpable(true)
    #expect(try ProcessHardening.isDumpable())
    try ProcessHardening.disableCoreDumps()
    #expect(try !ProcessHardening.isDumpable())
    let limits = try String(contentsOfFile: "/proc/self/limits", encoding: .utf8)
    let core = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
    #expect(core.split(separator: " ").filter { $0 == "0" }.count == 2)
    try ProcessHardening.setDumpable(true)
  }
}
