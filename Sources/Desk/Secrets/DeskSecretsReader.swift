import Age

/// Reads the plaintext of the desk's file without repeating any of it.
struct DeskSecretsReader {
  private(set) var cluster: String?
  private(set) var recipients: [AgeRecipient] = []
  private(set) var isLab = false
  private(set) var generation = 0
  /// Where in the text the hexadecimal digits of each secret are.
  private(set) var places: [String: Range<Int>] = [:]
  /// What is wrong; `nil` where nothing is.
  private(set) var fault: String?

  mutating func read(_ bytes: UnsafeRawBufferPointer) {
    var start = 0
    var number = 0
    while start < bytes.count, fault == nil {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      number += 1
      if let words = line(bytes, start..<end, isFirst: number == 1) { fault = "line \(number) \(words)" }
      start = end + 1
    }
  }

  /// Reads one line; what is wrong with it.
  private mutating func line(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>, isFirst: Bool) -> String? {
    if isFirst {
      return bytes[line].elementsEqual(DeskSecrets.heading.utf8) ? nil : "is not '\(DeskSecrets.heading)'"
    }
    let blanks = line.filter { bytes[$0] == UInt8(ascii: " ") }
    guard let first = blanks.first else { return "has no blank" }
    let word = String(decoding: bytes[line.lowerBound..<first], as: UTF8.self)
    if word == "secret" { return secret(bytes, line, blanks) }
    let rest = String(decoding: bytes[(first + 1)..<line.upperBound], as: UTF8.self)
    switch word {
    case "cluster": cluster = rest
    case "insecure-lab": isLab = true
    case "generation":
      guard let number = Int(rest), number >= 0 else { return "is not a generation" }
      generation = number
    case "recipient":
      guard let recipient = try? AgeRecipient(rest) else { return "is not a recipient" }
      recipients.append(recipient)
    default: return "begins with an unknown word"
    }
    return nil
  }

  private mutating func secret(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>, _ blanks: [Int]) -> String? {
    guard blanks.count == 2 else { return "is not NAME and HEX" }
    let value = (blanks[1] + 1)..<line.upperBound
    guard value.count % 2 == 0, !value.isEmpty, bytes[value].allSatisfy({ DeskSecrets.digit($0) < 16 }) else {
      return "is not hexadecimal"
    }
    let name = String(decoding: bytes[(blanks[0] + 1)..<blanks[1]], as: UTF8.self)
    guard places.updateValue(value, forKey: name) == nil else { return "is a second '\(name)'" }
    return nil
  }
}
