import BaseEncodings
import Crypto
import FoundationEssentials

/// The textual header of an age file. Source: c2sp.org/age, "Header" and its ABNF.
struct AgeHeader: Sendable, Hashable {
  /// The stanzas in order, at least one.
  var stanzas: [AgeStanza]
  /// The header's MAC, 32 bytes.
  var mac: [UInt8]
  /// What the MAC is over: the lines up to and including `---`.
  var authenticated: [UInt8]
  /// Bytes of the whole header with its last newline.
  var length: Int

  static let product = "age-encryption.org/"
  private static let version = product + "v1"
  private static let stanzaMark = Array("->".utf8)
  private static let macMark = Array("---".utf8)
  private static let macSize = 32

  /// A header for the wrapped file key.
  init(_ stanzas: [AgeStanza], fileKey: SymmetricKey) {
    self.stanzas = stanzas
    authenticated = Array("\(Self.version)\n".utf8) + stanzas.flatMap(\.bytes) + Self.macMark
    mac = Array(HMAC<SHA256>.authenticationCode(for: authenticated, using: Self.macKey(fileKey)))
    length = 0
    length = bytes.count
  }

  /// The header's bytes.
  var bytes: [UInt8] { authenticated + [UInt8(ascii: " ")] + Base64.unpadded(mac) + [UInt8(ascii: "\n")] }

  /// Whether the MAC is what `fileKey` gives.
  func isAuthentic(_ fileKey: SymmetricKey) -> Bool {
    HMAC<SHA256>.isValidAuthenticationCode(mac, authenticating: authenticated, using: Self.macKey(fileKey))
  }

  private static func macKey(_ fileKey: SymmetricKey) -> SymmetricKey {
    HKDF<SHA256>.deriveKey(inputKeyMaterial: fileKey, info: Array("header".utf8), outputByteCount: macSize)
  }

  /// The header that `file` begins with, in the one form that the grammar allows.
  init(parsing file: [UInt8]) throws(AgeError) {
    guard file.starts(with: Self.product.utf8) else { throw .notAge }
    var lines = Lines(file)
    guard try lines.next().elementsEqual(Self.version.utf8) else {
      throw .unsupported("versions of the age format other than v1")
    }
    stanzas = []
    while true {
      let line = try lines.next()
      if line.starts(with: Self.macMark) {
        authenticated = Array(file[..<(line.startIndex + Self.macMark.count)])
        mac = try Self.mac(line.dropFirst(Self.macMark.count), lines.number)
        break
      }
      stanzas.append(try Self.stanza(line, &lines))
    }
    guard !stanzas.isEmpty else { throw .header(line: lines.number, "there is no recipient stanza above the MAC") }
    length = lines.place
  }

  private static func mac(_ text: ArraySlice<UInt8>, _ line: Int) throws(AgeError) -> [UInt8] {
    guard text.first == UInt8(ascii: " "), let mac = Base64.bytes(unpadded: text.dropFirst()), mac.count == macSize
    else {
      throw .header(line: line, "the MAC is not 43 characters of canonical base64")
    }
    return mac
  }

  private static func stanza(_ line: ArraySlice<UInt8>, _ lines: inout Lines) throws(AgeError) -> AgeStanza {
    let number = lines.number
    let fields = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard let mark = fields.first, mark.elementsEqual(stanzaMark) else {
      throw .header(line: number, "a stanza (->) or the MAC (---) is expected")
    }
    let arguments = fields.dropFirst().map(Array.init)
    let isVisible = arguments.allSatisfy { argument in
      !argument.isEmpty && argument.allSatisfy { (0x21...0x7E).contains($0) }
    }
    guard !arguments.isEmpty, isVisible else {
      throw .header(line: number, "a stanza's arguments are visible ASCII characters, one blank between them")
    }
    var body: [UInt8] = []
    while true {
      let text = try lines.next()
      guard text.count <= AgeStanza.columns, let bytes = Base64.bytes(unpadded: text) else {
        throw .header(line: lines.number, "a stanza's body is canonical base64 without padding, 64 columns wide")
      }
      body += bytes
      if text.count < AgeStanza.columns { break }
    }
    return AgeStanza(arguments: arguments, body: body, line: number)
  }

  /// The lines of the header, each with a newline behind it.
  private struct Lines {
    private let file: [UInt8]
    /// Where the next line begins.
    private(set) var place = 0
    /// The number of the line that was read last, counted from 1.
    private(set) var number = 0

    init(_ file: [UInt8]) { self.file = file }

    mutating func next() throws(AgeError) -> ArraySlice<UInt8> {
      guard let end = file[place...].firstIndex(of: UInt8(ascii: "\n")) else {
        throw .header(line: number + 1, "the header ends before its MAC")
      }
      defer { place = end + 1 }
      number += 1
      return file[place..<end]
    }
  }
}
