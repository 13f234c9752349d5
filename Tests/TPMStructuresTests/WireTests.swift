import BaseEncodings
import TPMStructures
import Testing

@Suite("Strict reading of any bytes")
struct WireTests {
  private static func decode(_ kind: String, _ bytes: [UInt8]) throws(WireError) -> [UInt8] {
    switch kind {
    case "public": try PublicArea(sizedWire: bytes).sizedWire
    case "name": try Name(wire: bytes).bytes
    case "attest": try Attest(wire: bytes).wire
    case "signature": try Signature(wire: bytes).wire
    case "selection": try PCRSelection(wire: bytes).wire
    default: try NVPublic(wire: bytes).wire
    }
  }

  private static func samples() throws -> [(kind: String, bytes: [UInt8])] {
    let vectors = try Vectors.tools.get()
    var samples = try ["public", "name", "attest", "signature"].flatMap { kind in
      try vectors.keys("\(kind).").map { (kind: kind, bytes: try vectors("\(kind).\($0)")) }
    }
    samples.append(("selection", PCRSelection([try .init(.sha256, [7]), try .init(.sha384, [1, 2])]).wire))
    samples.append(
      ("nv", NVPublic(index: 0x0100_0000, attributes: .counter, authPolicy: pattern(32, 1), dataSize: 8).wire))
    return samples
  }

  @Test("every shorter prefix is an error, and so is one byte more")
  func lengths() throws {
    for (kind, bytes) in try Self.samples() {
      #expect(try Self.decode(kind, bytes) == bytes)
      for count in 0..<bytes.count where !(kind == "name" && [0, 4].contains(count)) {
        #expect(throws: WireError.self, "\(kind) cut to \(count)") { try Self.decode(kind, Array(bytes[..<count])) }
      }
      #expect(throws: WireError.self, "\(kind) and a byte") { try Self.decode(kind, bytes + [0]) }
    }
  }

  @Test("mutated bytes are refused or mean exactly themselves, and never crash", arguments: 0..<8 as Range<UInt64>)
  func mutations(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var accepted = 0
    var refused = 0
    for (kind, original) in try Self.samples() {
      for _ in 0..<120 {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
          let index = Int.random(in: 0..<bytes.count, using: &generator)
          switch Int.random(in: 0..<5, using: &generator) {
          case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &generator)
          case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
          case 2: bytes.remove(at: index)
          case 3: bytes.insert(UInt8.random(in: .min ... .max, using: &generator), at: index)
          default: bytes[index] = [0x00, 0xFF, 0x7F, 0x80].randomElement(using: &generator) ?? 0
          }
        }
        do throws(WireError) {
          #expect(try Self.decode(kind, bytes) == bytes)
          accepted += 1
        } catch {
          #expect((0...bytes.count).contains(error.offset))
          refused += 1
        }
      }
    }
    #expect(accepted > 100)
    #expect(refused > 100)
  }

  @Test("an error names the byte and what is wrong there")
  func errors() throws {
    #expect(throws: WireError(offset: 0, .truncated(missing: 2))) { try PublicArea(wire: []) }
    #expect(throws: WireError(offset: 0, .value("object type", 0x1234))) {
      try PublicArea(wire: [0x12, 0x34, 0x00, 0x0B, 0, 0, 0, 0, 0, 0])
    }
    #expect(throws: WireError(offset: 2, .value("name algorithm", 0x12))) { try PublicArea(wire: [0, 8, 0, 0x12]) }
    #expect(throws: WireError(offset: 8, .size(65, limit: 64))) {
      try PublicArea(wire: [0, 8, 0, 0x0B, 0, 0, 0, 0, 0, 65])
    }
    #expect(throws: WireError(offset: 0, .value("TPM_GENERATED_VALUE", 0xFF54_4348))) {
      try Attest(wire: [0xFF, 0x54, 0x43, 0x48])
    }
    #expect(throws: WireError(offset: 0, .size(17, limit: 16))) { try PCRSelection(wire: [0, 0, 0, 17]) }
    #expect(WireError(offset: 3, .trailing(2)).description == "byte 3: 2 bytes are left over")
  }

  @Test("hexadecimal text goes both ways, and anything else is none")
  func hexadecimal() {
    #expect(Hexadecimal.text([0, 0x0F, 0xF0, 0xAB]) == "000ff0ab")
    #expect(Hexadecimal.bytes("000fF0Ab") == [0, 0x0F, 0xF0, 0xAB])
    for wrong in ["0", "0g", " 00", "0x00", "é0"] { #expect(Hexadecimal.bytes(wrong) == nil, "\(wrong)") }
  }
}
