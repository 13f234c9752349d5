import Age
import Crypto
public import SecretMemory

/// Every secret of one cluster by its name, as it lies in the desk's encrypted file.
///
/// The plaintext is text, so that other tools get at it in an emergency: a first line that names the format, the cluster, the recipients, and
/// then `secret NAME HEX` on a line for each. It is kept in one piece of locked memory: a thousand nodes' keys in pages of their own would not fit what
/// a user may lock.
public struct DeskSecrets: Sendable {
  /// The cluster that they belong to.
  public let cluster: String
  /// Who can open the file besides; empty where it has a passphrase.
  var recipients: [AgeRecipient]
  /// How often the certificates' record was written: one that is older, or newer, is of another time.
  var generation = 0 { didSet { isTouched = true } }
  /// Whether these are a lab's throw-away secrets.
  let isLab: Bool

  private var text: SecretBytes?
  private var places: [String: Range<Int>] = [:]
  private var added: [String: SecretBytes] = [:]
  private var removed: Set<String> = []

  static let heading = "low-layer desk secrets v1"

  /// No secrets yet.
  init(cluster: String, recipients: [AgeRecipient] = [], isLab: Bool = false) {
    self.cluster = cluster
    self.recipients = recipients
    self.isLab = isLab
  }

  /// The names, sorted.
  public var names: [String] {
    Set(places.keys).subtracting(removed).union(added.keys).sorted()
  }

  /// Whether there is a secret of that name.
  func has(_ name: String) -> Bool { added[name] != nil || places[name] != nil && !removed.contains(name) }

  /// The secret `name`; `nil` where there is none.
  public func value(_ name: String) throws(DeskError) -> SecretBytes? {
    if let value = added[name] { return value }
    guard let text, let place = places[name], !removed.contains(name) else { return nil }
    return try DeskError.onMachine { () throws(SecretMemoryError) in
      try SecretBytes(count: place.count / 2) { buffer in
        text.withUnsafeBytes { text in
          for index in 0..<buffer.count {
            let at = place.lowerBound + 2 * index
            buffer[index] = Self.digit(text[at]) << 4 | Self.digit(text[at + 1])
          }
        }
      }
    }
  }

  /// Sets the secret `name`.
  mutating func set(_ name: String, to value: SecretBytes) throws(DeskError) {
    guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), value.count > 0 else {
      throw .refused("a secret cannot be called '\(name)'")
    }
    added[name] = value
    removed.remove(name)
    // Each is a page of locked memory until it is put with the others, and a user may lock only a few.
    if added.count >= max(4, places.count / 8) { try compact() }
  }

  /// Removes the secret `name`.
  mutating func remove(_ name: String) {
    guard has(name) else { return }
    added[name] = nil
    if places[name] != nil { removed.insert(name) }
  }

  private mutating func compact() throws(DeskError) {
    var whole = try Self(reading: try plaintext())
    whole.isTouched = true
    self = whole
  }

  private var isTouched = false

  /// Whether the file must be written again.
  var mustBeWritten: Bool { isTouched || !added.isEmpty || !removed.isEmpty }

  /// The text that is encrypted.
  func plaintext() throws(DeskError) -> SecretBytes {
    var head = "\(Self.heading)\ncluster \(cluster)\ngeneration \(generation)\n"
    if isLab { head += "insecure-lab yes\n" }
    for recipient in recipients { head += "recipient \(recipient)\n" }
    let names = names
    var size = head.utf8.count
    for name in names {
      let count = added[name].map { 2 * $0.count } ?? places[name]?.count ?? 0
      size += "secret  \n".utf8.count + name.utf8.count + count
    }
    return try DeskError.onMachine { () throws(SecretMemoryError) in
      try SecretBytes(count: size) { buffer in
        var offset = 0
        func put(_ bytes: some Sequence<UInt8>) {
          for byte in bytes {
            buffer[offset] = byte
            offset += 1
          }
        }
        put(head.utf8)
        for name in names {
          put("secret \(name) ".utf8)
          if let value = added[name] {
            value.withUnsafeBytes { for byte in $0 { put([Self.letter(byte >> 4), Self.letter(byte & 15)]) } }
          } else if let place = places[name] {
            text?.withUnsafeBytes { put($0[place]) }
          }
          put([UInt8(ascii: "\n")])
        }
      }
    }
  }

  /// The secrets in a decrypted file.
  init(reading plaintext: SecretBytes) throws(DeskError) {
    var reader = DeskSecretsReader()
    plaintext.withUnsafeBytes { bytes in reader.read(bytes) }
    if let fault = reader.fault { throw .refused("the desk's secrets: \(fault)") }
    guard let cluster = reader.cluster else {
      throw .refused("the desk's secrets do not say which cluster they belong to")
    }
    self.cluster = cluster
    recipients = reader.recipients
    isLab = reader.isLab
    generation = reader.generation
    places = reader.places
    text = plaintext
  }

  static func letter(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
  }

  static func digit(_ letter: UInt8) -> UInt8 {
    switch letter {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): letter - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): letter - UInt8(ascii: "a") + 10
    default: 16
    }
  }
}
