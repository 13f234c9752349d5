public import SecretMemory

extension SharePrint {
  private static let wordColumns = 4

  /// The page as UTF-8 text, at most 80 columns wide, with a QR code of the words for `surface`.
  ///
  /// ``RecoveryError/label(_:)`` and ``RecoveryError/count(index:shares:threshold:)`` where something cannot be
  /// printed, ``RecoveryError/pageWidth(_:)`` where the secret is so long that the code would not fit the page (over
  /// 64 bytes or so; one of 32 bytes always fits).
  public func text(on surface: QRCode.Surface = .paper) throws(RecoveryError) -> SecretBytes {
    for (name, label) in [("cluster", cluster), ("key's name", keyID), ("date", made)]
    where !Self.isPrintable(label) {
      throw .label(name)
    }
    guard (2...RecoveryShare.limit).contains(shares), (1...shares).contains(share.index),
      (2...shares).contains(share.threshold)
    else { throw .count(index: share.index, shares: shares, threshold: share.threshold) }
    let code = try QRCode(alphanumeric: share.words())
    let width = code.size + 2 * QRCode.quietZone
    guard width <= Self.columns else { throw .pageWidth(width) }
    let blocks = try code.halfBlocks(on: surface)
    let (head, foot) = (self.head, self.foot)
    // Numbers and padding take less than ten characters a word.
    let wordsSize = share.wordCount * (WordList.longestWord + 10)
    return try SecretBytes.filled(capacity: head.utf8.count + wordsSize + foot.utf8.count + blocks.count) { buffer in
      var writer = ByteWriter(buffer)
      writer.write(head)
      writeWords(to: &writer)
      writer.write(foot)
      blocks.withUnsafeBytes { writer.write($0) }
      return writer.count
    }
  }

  private var title: String { "RECOVERY SHARE \(share.index) OF \(shares)" }

  private var head: String {
    """
    \(title)
    \(String(repeating: "=", count: title.utf8.count))

    \(Label.cluster.start)\(cluster)
    \(Label.key.start)\(keyID)
    \(Label.made.start)\(made)
    \(Label.share.start)\(share.index) of \(shares), any \(share.threshold) needed

    WHAT IT IS FOR
      The machines of this cluster keep its key sealed. Where the machines are
      lost, any \(share.threshold) of the \(shares) shares bring the key back, and with it all that
      the cluster keeps secret. Fewer than \(share.threshold) tell nothing about it.

    WHAT TO DO WITH IT
      - Keep it where only you can get at it, apart from all other shares.
      - Never photograph it, copy it or send it. Never read it out to anyone.
      - When you are asked for it, type the words yourself into
        `ll-bootimage seal recover`, or in an exercise `ll-bootimage seal drill`.
      - If it is lost, if somebody has seen it, or when you leave: say so at once.

    WORDS (SLIP-39, no passphrase)

    """
  }

  private var foot: String {
    """

    THE SAME WORDS AS A QR CODE, for a scanner that keeps and sends nothing

    """
  }

  private func writeWords(to writer: inout ByteWriter) {
    share.forEachWord { number, word in
      writer.write(number < 10 ? "   \(number). " : number < 100 ? "  \(number). " : " \(number). ")
      let letters = writer.write(word: word)
      let isLastOfLine = number % Self.wordColumns == 0 || number == share.wordCount
      if isLastOfLine {
        writer.write(0x0A)
      } else {
        for _ in letters..<(WordList.longestWord + 2) { writer.write(0x20) }
      }
    }
  }
}
