import Foundation
import TPMStructures
import TestSupport
import Testing

@testable import MeasuredBoot

@Suite("Authenticode digests")
struct AuthenticodeTests {
  /// A PE32+ image of two sections whose parts are known, with `certificates` at its end.
  struct Image {
    var bytes: [UInt8]
    var hashed: [UInt8]

    init(certificates: Int = 0, tail: Int = 0, swapped: Bool = false) {
      func little(_ value: Int, _ size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
      }
      let dos: [UInt8] = [0x4D, 0x5A] + [UInt8](repeating: 0, count: 58) + little(64, 4)
      let file =
        Array("PE\0\0".utf8) + little(0x8664, 2) + little(2, 2) + [UInt8](repeating: 0, count: 12) + little(240, 2)
        + little(0x22, 2)
      let beforeChecksum = little(0x20B, 2) + [UInt8](repeating: 1, count: 58) + little(512, 4)
      let checksum: [UInt8] = [9, 9, 9, 9]
      let afterChecksum = little(10, 2) + [UInt8](repeating: 2, count: 38) + little(16, 4)
      let directories = [UInt8](repeating: 0, count: 32)
      let end = 1536 + tail
      let entry = certificates > 0 ? little(end, 4) + little(certificates, 4) : little(0, 8)
      let restOfDirectories = [UInt8](repeating: 0, count: 88)
      func section(_ name: String, at start: Int) -> [UInt8] {
        Array(name.utf8) + little(512, 4) + little(4096, 4) + little(512, 4) + little(start, 4)
          + [UInt8](repeating: 0, count: 16)
      }
      let table = [section(".text\0\0\0", at: swapped ? 1024 : 512), section(".data\0\0\0", at: swapped ? 512 : 1024)]
      let head = dos + file + beforeChecksum
      let last = restOfDirectories + table.flatMap { $0 }
      let used = head.count + 4 + afterChecksum.count + 32 + 8 + last.count
      let padding = [UInt8](repeating: 0, count: 512 - used)
      let body = (0..<(1024 + tail)).map { UInt8(truncatingIfNeeded: $0 * 7) }
      hashed = head + afterChecksum + directories + last + padding + body
      bytes = head + checksum + afterChecksum + directories + entry + last + padding + body
      bytes += [UInt8](repeating: 0xCE, count: certificates)
    }
  }

  @Test("checksum and certificates are no part of it", arguments: [0, 8, 1480], [0, 24])
  func parts(certificates: Int, tail: Int) throws {
    for (swapped, hash) in [(false, HashAlgorithm.sha256), (true, .sha384)] {
      let image = Image(certificates: certificates, tail: tail, swapped: swapped)
      #expect(try Authenticode.digest(of: image.bytes, hash) == hash.hash(image.hashed))
    }
  }

  @Test("an image that firmware could read in two ways, or not at all, is refused")
  func refused() throws {
    let image = Image(certificates: 8).bytes
    func error(_ change: (inout [UInt8]) -> Void) -> AuthenticodeError.Reason? {
      var bytes = image
      change(&bytes)
      do throws(AuthenticodeError) {
        _ = try Authenticode.digest(of: bytes, .sha256)
        return nil
      } catch { return error.reason }
    }
    #expect(error { _ in } == nil)
    #expect(error { $0 = [] } == .notPE)
    #expect(error { $0[0x3F] = 0xFF } == .notPE)
    #expect(error { $0[64] = 0 } == .notPE)
    #expect(error { $0.append(0) } == .certificateTable)
    #expect(error { $0.removeLast() } == .certificateTable)
    #expect(error { $0[71] = 0xFF } == .outside("the section table"))
    // The second section's start becomes the first's.
    #expect(error { $0[64 + 24 + 240 + 40 + 21] = 2 } == .overlap)
    #expect(error { $0[64 + 24 + 240 + 40 + 23] = 0xFF } == .outside("section 1"))
    #expect(error { $0[64 + 24 + 62] = 0xFF } == .outside("the header"))
    for length in 0..<image.count { #expect(error { $0.removeLast($0.count - length) } != nil) }
  }

  @Test("no image is read past its end, whatever its headers say")
  func mutations() {
    var generator = Seeded(state: 9)
    let original = Image(certificates: 8, tail: 16).bytes
    var refused = 0
    for _ in 0..<3000 {
      var bytes = original
      for _ in 0..<3 {
        bytes[Int.random(in: 0..<420, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      if (try? Authenticode.digest(of: bytes, .sha256)) == nil { refused += 1 }
    }
    #expect(refused > 100 && refused < 2900, "\(refused)")
  }
}
