public import SecretMemory

extension SharePrint {
  /// The share in a printed text, or in a text of its words alone, numbered or not, as a scanner or a hand gives them.
  ///
  /// In a printed text those lines count that start with a number and a full stop; the order of the words is that of
  /// their numbers. Where no line starts so, the text is taken for bare words.
  public static func share(in text: SecretBytes) throws(RecoveryError) -> RecoveryShare {
    try text.withUnsafeBytes { (text) throws(RecoveryError) in
      let numbered = try numberedWords(in: text)
      return try RecoveryShare(words: (numbered ?? Array(TextTokens(text))).map { text[$0] })
    }
  }

  /// The name of the cluster in a printed text; `nil` where there is none, as in bare words.
  public static func cluster(in text: SecretBytes) -> String? { text.withUnsafeBytes { value(of: .cluster, in: $0) } }

  /// The name of the key in a printed text; `nil` where there is none, as in bare words.
  public static func keyID(in text: SecretBytes) -> String? { text.withUnsafeBytes { value(of: .key, in: $0) } }

  /// The text of a line of the head, without the label.
  private static func value(of label: Label, in text: UnsafeRawBufferPointer) -> String? {
    let start = Array(label.start.utf8)
    for line in lines(of: text) where text[line].starts(with: start) {
      let value = String(decoding: text[line].dropFirst(start.count).prefix { $0 != 0x0D }, as: UTF8.self)
      return isPrintable(value) ? value : nil
    }
    return nil
  }

  /// Where the words are, by their numbers; `nil` where no line starts with a number.
  private static func numberedWords(in text: UnsafeRawBufferPointer) throws(RecoveryError) -> [Range<Int>]? {
    var words: [Int: Range<Int>] = [:]
    var isNumbered = false
    for line in lines(of: text) {
      let tokens = Array(TextTokens(text, in: line))
      guard let first = tokens.first, number(text[first]) != nil else { continue }
      isNumbered = true
      for index in stride(from: 0, to: tokens.count, by: 2) {
        guard let number = number(text[tokens[index]]) else { throw .unknownWord(words.count + 1) }
        guard index + 1 < tokens.count, words.updateValue(tokens[index + 1], forKey: number) == nil else {
          throw .wordNumber(number)
        }
      }
    }
    guard isNumbered else { return nil }
    var ordered: [Range<Int>] = []
    for number in 1...max(1, words.count) {
      guard let word = words[number] else { throw .wordNumber(number) }
      ordered.append(word)
    }
    return ordered
  }

  /// The number in `12.`; `nil` where the piece is anything else.
  private static func number(_ piece: UnsafeRawBufferPointer.SubSequence) -> Int? {
    guard (2...4).contains(piece.count), piece.last == UInt8(ascii: ".") else { return nil }
    var number = 0
    for digit in piece.dropLast() {
      guard (0x30...0x39).contains(digit) else { return nil }
      number = number * 10 + Int(digit - 0x30)
    }
    return number
  }

  private static func lines(of text: UnsafeRawBufferPointer) -> [Range<Int>] {
    text.split(separator: 0x0A, omittingEmptySubsequences: true).map { $0.startIndex..<$0.endIndex }
  }
}
