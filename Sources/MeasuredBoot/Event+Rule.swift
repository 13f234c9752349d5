public import TPMStructures

extension Event {
  /// How an event's digest comes from its data.
  public enum Rule: Sendable, Hashable, CaseIterable {
    /// The digest of all the data.
    case data
    /// The digest of the text after GRUB's `grub_cmd: ` or `kernel_cmdline: `, without the NUL.
    case grub
    /// The digest of the text without the NUL.
    case text
    /// The digest of a variable's contents, without its name.
    case contents
  }

  /// The rule that gives the event's digest in `bank`; `nil` where none does: then something else was measured (a file, an image).
  public func rule(_ bank: HashAlgorithm) -> Rule? {
    guard let digest = digest(bank) else { return nil }
    return Rule.allCases.first { rule in measured(by: rule).map { bank.hash($0) == digest } ?? false }
  }

  /// The bytes that a rule hashes; `nil` where it does not fit the event.
  func measured(by rule: Rule) -> [UInt8]? {
    switch rule {
    case .data: data
    case .text: Array(textBytes)
    case .grub: Self.grubText(textBytes).map { Array($0) }
    case .contents: if case .variable(let variable) = content { variable.data } else { nil }
    }
  }

  /// Whether the specification (or GRUB) has the digest made from the data alone.
  var measuresItsData: Bool {
    switch type {
    case .separator, .efiAction, .variableDriverConfig, .variableAuthority, .variableBoot, .variableBoot2: true
    case .ipl: Self.grubText(textBytes) != nil
    default: false
    }
  }

  static func grubText(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    for prefix in ["grub_cmd: ", "kernel_cmdline: "] where text.starts(with: Array(prefix.utf8)) {
      return text.dropFirst(prefix.utf8.count)
    }
    return nil
  }
}
