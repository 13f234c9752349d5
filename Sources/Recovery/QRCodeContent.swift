import SecretMemory

/// What a QR code says: one segment. Source: ISO/IEC 18004, 7.4.
enum QRCodeContent {
  /// Digits, capitals, blanks and `$%*+-./:`; small letters are written as capitals.
  case alphanumeric(SecretBytes)
  /// Any bytes.
  case bytes(SecretBytes)

  private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".utf8)

  /// How many characters or bytes it has.
  var count: Int { text.count }

  private var text: SecretBytes {
    switch self {
    case .alphanumeric(let text), .bytes(let text): text
    }
  }

  /// The smallest version that holds it.
  var version: QRCodeVersion? { QRCodeVersion.all.first { bits(in: $0) <= $0.dataCodewords * 8 } }

  /// The data codewords, padded to what the version holds.
  func codewords(_ version: QRCodeVersion) throws(RecoveryError) -> SecretBytes {
    let indicator: Int
    let symbols: SecretBytes
    switch self {
    case .alphanumeric(let text): (indicator, symbols) = (0b0010, try Self.symbols(of: text))
    case .bytes(let text): (indicator, symbols) = (0b0100, text)
    }
    return try SecretBytes.filled(count: version.dataCodewords) { buffer in
      var position = 0
      func append(_ value: Int, _ bits: Int) {
        for bit in (0..<bits).reversed() where position < buffer.count * 8 {
          buffer[position / 8] |= UInt8(value >> bit & 1) << UInt8(7 - position % 8)
          position += 1
        }
      }
      append(indicator, 4)
      append(symbols.count, countBits(in: version))
      symbols.withUnsafeBytes { symbols in
        switch self {
        case .bytes: for byte in symbols { append(Int(byte), 8) }
        case .alphanumeric:
          for index in stride(from: 0, to: symbols.count - 1, by: 2) {
            append(Int(symbols[index]) * Self.alphabet.count + Int(symbols[index + 1]), 11)
          }
          if symbols.count % 2 == 1, let last = symbols.last { append(Int(last), 6) }
        }
      }
      append(0, 4)
      position = (position + 7) / 8 * 8
      for pad in 0..<(buffer.count - position / 8) { append(pad % 2 == 0 ? 0b1110_1100 : 0b0001_0001, 8) }
    }
  }

  private func bits(in version: QRCodeVersion) -> Int {
    let count = text.count
    let data: Int
    switch self {
    case .alphanumeric: data = count / 2 * 11 + count % 2 * 6
    case .bytes: data = count * 8
    }
    return 4 + countBits(in: version) + data
  }

  private func countBits(in version: QRCodeVersion) -> Int {
    switch self {
    case .alphanumeric: version.number < 10 ? 9 : 11
    case .bytes: version.number < 10 ? 8 : 16
    }
  }

  private static func symbols(of text: SecretBytes) throws(RecoveryError) -> SecretBytes {
    try SecretBytes.filled(count: text.count) { (buffer) throws(RecoveryError) in
      try text.withUnsafeBytes { (text) throws(RecoveryError) in
        for (index, byte) in text.enumerated() {
          let capital = (0x61...0x7A).contains(byte) ? byte - 0x20 : byte
          guard let symbol = alphabet.firstIndex(of: capital) else { throw .notAlphanumeric(place: index + 1) }
          buffer[index] = UInt8(symbol)
        }
      }
    }
  }
}
