public import SecretMemory

extension QRCode {
  /// What a code is shown on. A reader needs dark modules on light ground.
  public enum Surface: Sendable, Hashable, CaseIterable {
    /// Paper, or a terminal with a light background: characters darken.
    case paper
    /// A terminal with a dark background: characters lighten, and so the light modules are drawn.
    case darkTerminal
  }

  /// The code with its quiet zone as UTF-8 text: `▀`, `▄`, `█` and blanks, each of which is two modules, one above the
  /// other. ``size`` + 8 columns, half as many lines, each ended by a newline.
  public func halfBlocks(on surface: Surface = .paper) throws(RecoveryError) -> SecretBytes {
    let range = -Self.quietZone..<(size + Self.quietZone)
    return try SecretBytes.filled(capacity: (range.count * 3 + 1) * (range.count / 2 + 1)) { buffer in
      var writer = ByteWriter(buffer)
      for y in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
        for x in range {
          let upper = self[x, y] != (surface == .darkTerminal)
          let lower = self[x, y + 1] != (surface == .darkTerminal)
          switch (upper, lower) {
          case (true, true): writer.write("█")
          case (true, false): writer.write("▀")
          case (false, true): writer.write("▄")
          case (false, false): writer.write(0x20)
          }
        }
        writer.write(0x0A)
      }
      return writer.count
    }
  }
}
