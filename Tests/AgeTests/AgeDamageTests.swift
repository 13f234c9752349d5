import Age
import Foundation
import SecretMemory
import Testing

@Suite("Damaged age files")
struct AgeDamageTests {
  private static let sealedChunk = 65_536 + 16

  private static func headerLength(_ file: [UInt8]) throws -> Int {
    let mark = Array("\n--- ".utf8)
    let place = try #require(file.indices.first { file[$0...].starts(with: mark) })
    return try #require(file[(place + 1)...].firstIndex(of: UInt8(ascii: "\n"))) + 1
  }

  @Test("no changed bit of the header opens, nor of a payload of many chunks", arguments: [0, 1, 65_536, 140_000])
  func bits(_ size: Int) throws {
    let key = try AgeKey.generate()
    let recipient = try #require(key.recipient)
    let file = try AgeFile.encrypt(try AgeFixture.secret(AgeFixture.plaintext(size)), to: [recipient])
    let header = try Self.headerLength(file)
    let nonce = 16 * 8
    var bits = Array(0..<(header * 8 + nonce))
    // Every border of a chunk, and places between.
    let step = max(1, (file.count - header) / 40)
    bits += stride(from: header, to: file.count, by: step).map { $0 * 8 + $0 % 8 }
    for border in stride(from: header + 16, to: file.count, by: Self.sealedChunk) {
      bits += [border * 8, border * 8 + 7, (border - 1) * 8, (border - 16) * 8]
    }
    bits += [file.count * 8 - 1, (file.count - 16) * 8]
    for bit in bits {
      var changed = file
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      let refusal = AgeFixture.refusal(of: changed, [key])
      #expect(refusal != nil, "bit \(bit)")
      if bit >= header * 8 { #expect(refusal == .payloadDamaged, "bit \(bit)") }
    }
  }

  @Test("a file cut at any chunk's border, or one byte beside it, is cut short or damaged, never shorter")
  func cuts() throws {
    let key = try AgeKey.generate()
    let recipient = try #require(key.recipient)
    for size in [0, 10, 65_536, 65_537, 3 * 65_536, 3 * 65_536 + 9] {
      let file = try AgeFile.encrypt(try AgeFixture.secret(AgeFixture.plaintext(size)), to: [recipient])
      let header = try Self.headerLength(file)
      for count in 0..<header {
        let refusal = AgeFixture.refusal(of: Array(file[..<count]), [key])
        #expect(refusal != nil && refusal != .payloadDamaged, "\(count) of \(size)")
      }
      for count in header..<(header + 32) {
        #expect(AgeFixture.refusal(of: Array(file[..<count]), [key]) == .payloadCutShort, "\(count) of \(size)")
      }
      for border in stride(from: header + 16 + Self.sealedChunk, to: file.count, by: Self.sealedChunk) {
        #expect(AgeFixture.refusal(of: Array(file[..<border]), [key]) == .payloadCutShort, "\(border) of \(size)")
        for count in [border - 1, border + 1, border + 15, border + 16] where count < file.count {
          #expect(AgeFixture.refusal(of: Array(file[..<count]), [key]) != nil, "\(count) of \(size)")
        }
      }
      #expect(AgeFixture.refusal(of: Array(file.dropLast()), [key]) != nil)
      #expect(AgeFixture.refusal(of: file + [0], [key]) == .payloadDamaged)
      #expect(AgeFixture.refusal(of: file + file, [key]) == .payloadDamaged)
      #expect(AgeFixture.refusal(of: file, [key]) == nil)
    }
  }

  @Test("chunks that change places, come twice or from another file are damage")
  func chunks() throws {
    let key = try AgeKey.generate()
    let recipient = try #require(key.recipient)
    let plaintext = try AgeFixture.secret([UInt8](repeating: 7, count: 3 * 65_536))
    let file = try AgeFile.encrypt(plaintext, to: [recipient])
    let other = try AgeFile.encrypt(plaintext, to: [recipient])
    let start = try Self.headerLength(file) + 16
    let chunks = (0..<3).map { file[(start + $0 * Self.sealedChunk)..<(start + ($0 + 1) * Self.sealedChunk)] }
    let otherChunk = other[start..<(start + Self.sealedChunk)]
    for order in [
      [chunks[1], chunks[0], chunks[2]], [chunks[0], chunks[0], chunks[2]], [chunks[0], chunks[2]],
      [otherChunk, chunks[1], chunks[2]], [chunks[2]], [chunks[0], chunks[1], chunks[2], chunks[2]],
    ] {
      let changed = Array(file[..<start]) + order.flatMap { $0 }
      #expect(AgeFixture.refusal(of: changed, [key]) == .payloadDamaged)
    }
    #expect(AgeFixture.refusal(of: Array(file[..<start]) + chunks.flatMap { $0 }, [key]) == nil)
  }

  @Test("no changed bit of a passphrase's header opens")
  func passphraseBits() throws {
    let passphrase = try AgeFixture.secret(AgeFixture.passphrase)
    let file = try AgeFile.encrypt(try AgeFixture.secret("a secret"), passphrase: passphrase, workFactor: 1)
    for bit in 0..<(file.count * 8) {
      var changed = file
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(AgeFixture.refusal(of: changed, [.passphrase(passphrase)]) != nil, "bit \(bit)")
    }
  }

  @Test("no changed bit of the armor gives another secret")
  func armorBits() throws {
    let key = try AgeKey.generate()
    let recipient = try #require(key.recipient)
    let secret = try AgeFixture.secret("a secret")
    let armored = AgeFile.armored(try AgeFile.encrypt(secret, to: [recipient]))
    #expect(AgeFixture.refusal(of: armored, [key]) == nil)
    for bit in 0..<(armored.count * 8) {
      var changed = armored
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      // Only the newline at the very end may become another blank.
      let isLast = bit / 8 == armored.count - 1
      let opened = try? AgeFile.decrypt(changed, with: [key])
      #expect(opened == nil || (isLast && opened == secret), "bit \(bit)")
    }
  }
}
