import BaseEncodings

/// The ASCII armor of an age file: strict PEM, blank space around it and CRLF allowed. Source: c2sp.org/age, "ASCII armor".
enum AgeArmor {
  private static let begin = Array("-----BEGIN AGE ENCRYPTED FILE-----".utf8)
  private static let end = Array("-----END AGE ENCRYPTED FILE-----".utf8)
  private static let columns = 64
  private static let newline = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  /// The armored form of an age file.
  static func text(_ file: [UInt8]) -> [UInt8] {
    var text = begin + [newline]
    let base64 = Base64.text(file)
    for start in stride(from: 0, to: base64.count, by: columns) {
      text += base64[start..<min(start + columns, base64.count)] + [newline]
    }
    return text + end + [newline]
  }

  /// The file in the armor; `nil` where there is no armor.
  static func file(in text: [UInt8]) throws(AgeError) -> [UInt8]? {
    var text = text[...]
    while let first = text.first, isBlank(first) { text.removeFirst() }
    guard text.starts(with: begin) else { return nil }
    while let last = text.last, isBlank(last) { text.removeLast() }
    var lines = text.split(separator: newline, omittingEmptySubsequences: false)
    let last = lines.removeLast()
    guard last.elementsEqual(end), !lines.isEmpty else { throw .armor("it does not end with its END line") }
    for index in lines.indices where lines[index].last == carriageReturn { lines[index].removeLast() }
    guard lines.removeFirst().elementsEqual(begin) else { throw .armor("its BEGIN line is not alone") }
    let isWrapped = lines.dropLast().allSatisfy { $0.count == columns }
    guard let final = lines.last, isWrapped, (1...columns).contains(final.count) else {
      throw .armor("its lines are not 64 columns wide")
    }
    let base64 = Array(lines.joined())
    guard let file = Base64.bytes(base64) else { throw .armor("its base64 is not canonical") }
    return file
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    [newline, carriageReturn, UInt8(ascii: " "), UInt8(ascii: "\t")].contains(byte)
  }
}
