public import SecretMemory

extension RecoveryShare {
  // identifier, flag, exponent, group index, group threshold, group count, index, threshold: 40 bits.
  private static let parameterWords = 4
  private static let radixBits = 10
  // A secret of 1,024 bytes has 827; what is longer was not meant as a share.
  private static let mostWords = 827

  /// The share's words in lower case, a blank between two: 33 words for a secret of 32 bytes, 20 for one of 16.
  public func words() throws(RecoveryError) -> SecretBytes {
    try .filled(capacity: wordCount * (WordList.longestWord + 1)) { buffer in
      var writer = ByteWriter(buffer)
      forEachWord { number, word in
        if number > 1 { writer.write(0x20) }
        writer.write(word: word)
      }
      return writer.count
    }
  }

  /// How many words the share has.
  var wordCount: Int { Self.parameterWords + valueWords + Checksum.words }

  private var valueWords: Int { (value.count * 8 + Self.radixBits - 1) / Self.radixBits }

  /// Calls `body` with each word's number, from 1, and the word as the ``WordList`` has it.
  func forEachWord(_ body: (Int, UInt64) -> Void) {
    var checksum = Checksum(extendable: isExtendable)
    var number = 0
    func emit(_ place: UInt16) {
      number += 1
      body(number, WordList.word(at: Int(place)))
    }
    func add(_ place: UInt16) {
      checksum.add(place)
      emit(place)
    }
    var parameters = UInt64(identifier) << 1 | (isExtendable ? 1 : 0)
    for field in [iterationExponent, groupIndex, groupThreshold - 1, groupCount - 1, index - 1, threshold - 1] {
      parameters = parameters << 4 | UInt64(field & 15)
    }
    for word in (0..<Self.parameterWords).reversed() {
      add(UInt16(parameters >> UInt64(word * Self.radixBits) & 1023))
    }
    value.withUnsafeBytes { value in
      var bits: UInt32 = 0
      // The padding comes first.
      var held = valueWords * Self.radixBits - value.count * 8
      for byte in value {
        bits = bits << 8 | UInt32(byte)
        held += 8
        if held >= Self.radixBits {
          held -= Self.radixBits
          add(UInt16(bits >> UInt32(held) & 1023))
        }
      }
    }
    for place in checksum.ending { emit(place) }
  }

  /// Reads the words, in upper or lower case, whatever white space is between them. The checksum is verified.
  public init(words text: SecretBytes) throws(RecoveryError) {
    self = try text.withUnsafeBytes { (text) throws(RecoveryError) in
      try RecoveryShare(words: TextTokens(text).map { text[$0] })
    }
  }

  /// Reads the words.
  init(words: [UnsafeRawBufferPointer.SubSequence]) throws(RecoveryError) {
    let valueWords = words.count - Self.parameterWords - Checksum.words
    let bits = valueWords * Self.radixBits
    let padding = bits % 16
    let count = (bits - padding) / 8
    guard count >= Self.shortestSecret, padding <= 8, words.count <= Self.mostWords else {
      throw .wordCount(words.count)
    }
    let places = try SecretBytes.filled(count: words.count * 2) { (buffer) throws(RecoveryError) in
      for (index, word) in words.enumerated() {
        guard let place = WordList.place(of: word) else { throw .unknownWord(index + 1) }
        buffer.storeBytes(of: UInt16(place), toByteOffset: index * 2, as: UInt16.self)
      }
    }
    func place(_ index: Int) -> UInt16 {
      places.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self) }
    }
    let parameters = (0..<Self.parameterWords).reduce(UInt64(0)) { $0 << UInt64(Self.radixBits) | UInt64(place($1)) }
    func field(_ number: Int) -> Int { Int(parameters >> UInt64(4 * number) & 15) }
    isExtendable = parameters >> 24 & 1 == 1
    var checksum = Checksum(extendable: isExtendable)
    for index in words.indices { checksum.add(place(index)) }
    guard checksum.isValid else { throw .checksum }
    identifier = Int(parameters >> 25)
    iterationExponent = field(5)
    groupIndex = field(4)
    groupThreshold = field(3) + 1
    groupCount = field(2) + 1
    index = field(1) + 1
    threshold = field(0) + 1
    guard groupThreshold <= groupCount else { throw .malformed("it needs more groups than there are") }
    value = try SecretBytes.filled(count: count) { (buffer) throws(RecoveryError) in
      var bits = UInt32(place(Self.parameterWords))
      guard bits >> UInt32(Self.radixBits - padding) == 0 else { throw .malformed("its padding is not zero") }
      var held = Self.radixBits - padding
      var next = Self.parameterWords + 1
      for index in buffer.indices {
        if held < 8 {
          bits = bits << UInt32(Self.radixBits) | UInt32(place(next))
          held += Self.radixBits
          next += 1
        }
        held -= 8
        buffer[index] = UInt8(truncatingIfNeeded: bits >> UInt32(held))
      }
    }
  }
}
