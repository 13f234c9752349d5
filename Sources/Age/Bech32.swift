/// Bech32 without a limit on its length, from memory to memory, so that secrets need no other copy. Source: BIP 173.
enum Bech32 {
  private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
  private static let generator: [UInt32] = [0x3B6A_57B2, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3]
  private static let checksumLength = 6
  private static let lowerCase: UInt8 = 0x20

  /// Why a text is none of these.
  enum Refusal: String, Error {
    case character = "a character is not one of Bech32"
    case mixedCase = "upper and lower case are mixed"
    case prefix = "its prefix is another"
    case length = "its length is wrong"
    case checksum = "its checksum does not match"
    case padding = "its last bits are not zero"
  }

  /// How many characters stand for `count` bytes behind `prefix`.
  static func length(prefix: String, of count: Int) -> Int {
    prefix.utf8.count + 1 + (count * 8 + 4) / 5 + checksumLength
  }

  /// Writes the text of `bytes` behind `prefix` (lower case) into `buffer`, in capitals where `capitals` is.
  static func encode(
    _ bytes: UnsafeRawBufferPointer, prefix: String, capitals: Bool, into buffer: UnsafeMutableRawBufferPointer
  ) {
    var sum = start(prefix)
    var place = 0
    func append(_ character: UInt8) {
      let isLetter = character >= UInt8(ascii: "a") && character <= UInt8(ascii: "z")
      buffer[place] = capitals && isLetter ? character ^ lowerCase : character
      place += 1
    }
    prefix.utf8.forEach(append)
    append(UInt8(ascii: "1"))
    for index in 0..<((bytes.count * 8 + 4) / 5) {
      var value = UInt8(0)
      for bit in (index * 5)..<(index * 5 + 5) {
        value = value << 1 | (bit < bytes.count * 8 ? bytes[bit / 8] >> UInt8(7 - bit % 8) & 1 : 0)
      }
      step(&sum, value)
      append(alphabet[Int(value)])
    }
    for _ in 0..<checksumLength { step(&sum, 0) }
    sum ^= 1
    for index in 0..<checksumLength { append(alphabet[Int(sum >> UInt32(5 * (5 - index)) & 31)]) }
  }

  /// Writes what `text` stands for into `buffer`, which it must fill. `prefix` is in the case that the text must have.
  static func decode(
    _ text: some Collection<UInt8>, prefix: String, into buffer: UnsafeMutableRawBufferPointer
  ) throws(Refusal) {
    guard text.starts(with: (prefix + "1").utf8) else { throw .prefix }
    guard text.count == length(prefix: prefix, of: buffer.count) else { throw .length }
    let capitals = prefix.utf8.contains { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") }
    var sum = start(prefix.lowercased())
    var values = 0
    let valueCount = (buffer.count * 8 + 4) / 5
    var spare = UInt8(0)
    for index in buffer.indices { buffer[index] = 0 }
    for character in text.dropFirst(prefix.utf8.count + 1) {
      let isLower = character >= UInt8(ascii: "a") && character <= UInt8(ascii: "z")
      let isUpper = character >= UInt8(ascii: "A") && character <= UInt8(ascii: "Z")
      guard !(capitals ? isLower : isUpper) else { throw .mixedCase }
      guard let index = alphabet.firstIndex(of: isUpper ? character ^ lowerCase : character) else { throw .character }
      let value = UInt8(index)
      step(&sum, value)
      if values < valueCount {
        for bit in 0..<5 {
          let place = values * 5 + bit
          let digit = value >> UInt8(4 - bit) & 1
          if place < buffer.count * 8 { buffer[place / 8] |= digit << UInt8(7 - place % 8) } else { spare |= digit }
        }
      }
      values += 1
    }
    guard sum == 1 else { throw .checksum }
    guard spare == 0 else { throw .padding }
  }

  private static func start(_ prefix: String) -> UInt32 {
    var sum = UInt32(1)
    for character in prefix.utf8 { step(&sum, character >> 5) }
    step(&sum, 0)
    for character in prefix.utf8 { step(&sum, character & 31) }
    return sum
  }

  private static func step(_ sum: inout UInt32, _ value: UInt8) {
    let top = sum >> 25
    sum = (sum & 0x1FF_FFFF) << 5 ^ UInt32(value)
    for (bit, factor) in generator.enumerated() where top >> UInt32(bit) & 1 == 1 { sum ^= factor }
  }
}
