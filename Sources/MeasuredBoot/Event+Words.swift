extension Event {
  /// What was measured, in one line without the event's number: `db: 2 certificates`, `\EFI\fedora\shimx64.efi`,
  /// `grub_cmd: linux /vmlinuz …`. What firmware or a loader wrote is shown with its control characters escaped.
  public var words: String {
    switch content {
    case .specID: "the log's header"
    case .startupLocality(let locality): "TPM started from locality \(locality)"
    case .variable(let variable): variable.words(of: type)
    case .image(let path): path.isNamed ? "\(path)" : "an image without a path"
    case .text(let text): LogText.shown(text)
    case .separator(let value) where value == 0 || value == .max: "separator"
    case .separator(let value): "separator of an error, 0x\(String(value, radix: 16))"
    case .blob(let description, let base, let length):
      (description.isEmpty ? "firmware" : description) + " at 0x\(String(base, radix: 16)), \(length) bytes"
    case .partitions(let count): "partition table, \(count) \(count == 1 ? "partition" : "partitions")"
    case .tagged(let tag, let words): words.isEmpty ? "tag 0x\(String(tag, radix: 16))" : words
    case .bytes: data.isEmpty ? "no data" : "\(data.count) bytes"
    }
  }

  /// The GUID of the variable that was measured; `nil` for other events.
  public var guid: EFIGUID? {
    if case .variable(let variable) = content { variable.guid } else { nil }
  }
}

extension Event: CustomStringConvertible {
  /// `event 7 (PCR 7, EV_EFI_VARIABLE_DRIVER_CONFIG): db: 2 certificates`
  public var description: String { "event \(number) (PCR \(pcr), \(type)): \(words)" }
}
