import BaseEncodings
public import Diagnostics
import FoundationEssentials

/// A fingerprint as it was at another time, to be compared with: digests, no values.
public struct StoredFingerprint: Sendable, Hashable {
  /// The digests of the single values of each fact that was known, in ascending order.
  public let facts: [FactName: Fact]

  /// What is kept of a fact.
  public struct Fact: Sendable, Hashable {
    /// SHA-256 of the fact's value.
    public var digest: [UInt8]
    /// SHA-256 of each part of it, in the order of the parts.
    public var parts: [[UInt8]]

    init(_ value: FactValue) {
      digest = value.digest
      parts = value.partDigests
    }

    init(digest: [UInt8], parts: [[UInt8]]) {
      self.digest = digest
      self.parts = parts
    }
  }

  /// The fingerprint of a machine as it is now.
  public init(_ machine: HardwareFacts) {
    facts = machine.facts.reduce(into: [:]) { facts, fact in
      if let value = fact.value { facts[fact.name] = Fact(value) }
    }
  }

  /// The fingerprint's 32 bytes.
  public var fingerprint: [UInt8] { Fingerprint.of(facts.mapValues(\.digest)) }
}

/// Why a text is no fingerprint that was kept.
public enum StoredFingerprintError: Error, Sendable, Hashable, CustomStringConvertible {
  /// It is not what ``HardwareFacts/json`` prints.
  case malformed(String)
  /// It was written by a program that keeps other things.
  case version(Int)
  /// Its facts are not those that its fingerprint was made of.
  case altered

  /// A sentence without an end.
  public var description: String {
    switch self {
    case .malformed(let what): "it is no fingerprint: \(what)"
    case .version(let version): "it has version \(version), and this program reads version 1"
    case .altered: "its facts do not give its fingerprint: the file was changed or damaged"
    }
  }
}

extension HardwareFacts {
  /// The version of ``json``.
  static let version = 1

  /// The members of the object that is printed and kept: `version`, `fingerprint`, `hypervisor`, `weight`, `enough`
  /// and `facts`. Digests only: values stay on the node.
  public var json: [JSONText.Member] {
    [
      .init("version", .integer(Self.version)), .init("fingerprint", .string(Hexadecimal.text(fingerprint))),
      .init(
        "hypervisor",
        hypervisor.map {
          .object([.init("name", .string($0.name)), .init("source", .string($0.source))])
        } ?? .null),
      .init("weight", .integer(weight)), .init("enough", .boolean(isEnough)),
      .init("facts", .array(facts.map(Self.json))),
    ]
  }

  private static func json(_ fact: HardwareFact) -> JSONText {
    var members: [JSONText.Member] = [
      .init("name", .string(fact.name.rawValue)), .init("weight", .integer(fact.name.weight)),
      .init("hypervisorControlled", .boolean(fact.isHypervisorControlled)),
    ]
    switch fact.reading {
    case .present(let value):
      members += [
        .init("digest", .string(Hexadecimal.text(value.digest))),
        .init("parts", .array(value.partDigests.map { .string(Hexadecimal.text($0)) })),
        .init("sources", .array(value.sources.map { .string($0) })),
      ]
    case .absent(let absence): members.append(.init("absent", .string("\(absence)")))
    }
    return .object(members)
  }
}

extension StoredFingerprint {
  private struct File: Decodable {
    var version: Int
    var fingerprint: String
    var facts: [Entry]

    struct Entry: Decodable {
      var name: String
      var digest: String?
      var parts: [String]?
    }
  }

  /// Reads what ``HardwareFacts/json`` printed; members that it does not know are left alone.
  public init(json: [UInt8]) throws(StoredFingerprintError) {
    let file: File
    do {
      file = try JSONDecoder().decode(File.self, from: Data(json))
    } catch let DecodingError.keyNotFound(key, _) {
      throw .malformed("there is no \(key.stringValue)")
    } catch {
      throw .malformed("it is not JSON of that form")
    }
    guard file.version == HardwareFacts.version else { throw .version(file.version) }
    var facts: [FactName: Fact] = [:]
    for entry in file.facts {
      guard let name = FactName(rawValue: entry.name), let text = entry.digest else { continue }
      var parts: [[UInt8]] = []
      for part in entry.parts ?? [text] { parts.append(try Self.digest(part, of: name)) }
      facts[name] = Fact(digest: try Self.digest(text, of: name), parts: parts)
    }
    self.facts = facts
    guard Hexadecimal.text(fingerprint) == file.fingerprint else { throw .altered }
  }

  private static func digest(_ text: String, of name: FactName) throws(StoredFingerprintError) -> [UInt8] {
    guard let digest = Hexadecimal.bytes(text), digest.count == 32 else {
      throw .malformed("\(name.rawValue) has a digest that is not 64 hexadecimal digits")
    }
    return digest
  }
}
