import Foundation
import TestSupport

/// The secrets of a desk, opened by age itself, and its public record, read as plain JSON.
struct OpenedDesk {
  /// The secrets by name, as they lie in the file.
  let secrets: [String: [UInt8]]
  /// The text of the decrypted file.
  let text: String

  init(_ desk: ExampleDesk) throws {
    text = try desk.tool("age", "-d", "-i", desk.path("desk.identity"), desk.path("secrets/desk.age"))
    var secrets: [String: [UInt8]] = [:]
    for line in text.split(separator: "\n") where line.hasPrefix("secret ") {
      let words = line.split(separator: " ")
      guard words.count == 3, let bytes = Self.bytes(hex: words[2]), secrets[String(words[1])] == nil else {
        throw ExampleDesk.Failure(description: "a line of the desk's secrets is not NAME and HEX, or a second one")
      }
      secrets[String(words[1])] = bytes
    }
    self.secrets = secrets
  }

  /// The secret `name`, which must be there.
  func secret(_ name: String) throws -> [UInt8] {
    guard let value = secrets[name] else { throw ExampleDesk.Failure(description: "no secret '\(name)'") }
    return value
  }

  /// A private key as OpenSSL writes it.
  func pem(of name: String, by desk: ExampleDesk) throws -> String {
    try desk.tool("openssl", "pkey", "-inform", "DER", input: Data(try secret(name)))
  }

  private static func bytes(hex: Substring) -> [UInt8]? {
    guard hex.utf8.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    var rest = hex
    while !rest.isEmpty {
      guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
      bytes.append(byte)
      rest = rest.dropFirst(2)
    }
    return bytes
  }
}

/// `pki/manifest.json` as a program of somebody else reads it.
struct PublishedCertificates: Decodable {
  struct Certificate: Decodable {
    var name: String
    var serial: String
    var certificate: Data
    var anchor: Data?
  }
  struct List: Decodable {
    var issuer: String
    var list: Data
  }
  struct Revoked: Decodable {
    var name: String
    var serial: String
  }
  var cluster: String
  var certificates: [Certificate]
  var lists: [List]
  var revoked: [Revoked]

  init(_ desk: ExampleDesk) throws {
    self = try JSONDecoder().decode(Self.self, from: try desk.bytes("pki/manifest.json"))
  }

  /// The certificate `name`, which must be there.
  func certificate(_ name: String) throws -> Certificate {
    guard let found = certificates.first(where: { $0.name == name }) else {
      throw ExampleDesk.Failure(description: "no certificate '\(name)'")
    }
    return found
  }
}

/// `sealed/manifest.json` likewise.
struct PublishedBundles: Decodable {
  struct Escrow: Decodable {
    var keyID: String
    var shares: Int
  }
  struct Named: Decodable {
    struct Bundle: Decodable { var entries: [String: String] }
    var name: String
    var bundle: Bundle
  }
  var cluster: String
  var sealKeyID: String?
  var previousSealKeyID: String?
  var escrows: [Escrow]
  var bundles: [Named]

  /// The newest set of shares.
  var escrow: Escrow? { escrows.last }

  init(_ desk: ExampleDesk) throws {
    self = try JSONDecoder().decode(Self.self, from: try desk.bytes("sealed/manifest.json"))
  }
}
