import Foundation
import Testing

@testable import Ignition

@Suite("gzip")
struct GzipTests {
  static let samples: [[UInt8]] = [
    [], [0], Array("a".utf8), Array(repeating: 7, count: 40_000), Array("abcabcabcabcabcabcd".utf8),
    (0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) },
    Array((0..<1000).map { "key\($0 % 97) = value number \($0)\n" }.joined().utf8), noise(5_000),
  ]

  static func noise(_ count: Int) -> [UInt8] {
    var state: UInt64 = 88_172_645_463_325_252
    return (0..<count).map { _ in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return UInt8(truncatingIfNeeded: state)
    }
  }

  private static func run(_ arguments: [String], _ input: [UInt8]) throws -> [UInt8] {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try Data(input).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip"] + arguments
    process.standardInput = try FileHandle(forReadingFrom: file)
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return Array(output)
  }

  @Test("gzip unpacks what is packed here", arguments: samples.indices)
  func packed(index: Int) throws {
    let bytes = Self.samples[index]
    let packed = Deflate.gzip(bytes)
    #expect(try Inflate.gunzip(packed, limit: bytes.count) == bytes)
    #expect(try Self.run(["-dc"], packed) == bytes)
  }

  @Test("what gzip packs is unpacked here", arguments: samples.indices, ["-1", "-9"])
  func unpacked(index: Int, level: String) throws {
    let packed = try Self.run(["-c", level], Self.samples[index])
    #expect(try Inflate.gunzip(packed, limit: Self.samples[index].count) == Self.samples[index])
  }

  @Test("text is packed nearly as well as by gzip's best")
  func ratio() throws {
    let text = Self.samples[6]
    #expect(try Double(Deflate.gzip(text).count) < Double(Self.run(["-c", "-9"], text).count) * 1.1)
  }

  // The bytes must never change: a config with them is a golden of somebody.
  @Test("the packed bytes are always these")
  func pinned() {
    let text = Array(String(repeating: "ignition ", count: 20).utf8)
    #expect(Deflate.gzip(text).map { String($0, radix: 16) }.joined(separator: " ") == Self.pinned)
  }
  static let pinned = """
    1f 8b 8 0 0 0 0 0 2 ff d5 c6 31 d 0 0 c 2 41 2b 75 d7 fc 2 b fe 83 e b6 e3 45 b0 6e 8 5 1e ab 35 e2 b4 0 0 0
    """

  @Test("damaged bytes are refused or unpack to something within the limit")
  func damaged() throws {
    let packed = Deflate.gzip(Array(Self.samples[6].prefix(900)))
    for index in packed.indices {
      var bytes = packed
      bytes[index] ^= 1 << UInt8(index % 8)
      _ = try? Inflate.gunzip(bytes, limit: 2_000)
      _ = try? Inflate.gunzip(Array(packed[..<index]), limit: 2_000)
    }
    #expect(throws: Inflate.Fault.tooLong) { try Inflate.gunzip(packed, limit: 10) }
    #expect(throws: Inflate.Fault.malformed) { try Inflate.gunzip([], limit: 10) }
  }
}
