import Crypto
import Foundation

/// `--encryption-provider-config`, validated as upstream does (k8s.io/apiserver, `validation_encryption.go`).
struct EncryptionConfiguration: Sendable {
  private static let key = Shape.object(["name": .string, "secret": .string])
  private static let keys = Shape.object(["keys": .list(key)])
  private static let shape = Shape.object([
    "apiVersion": .string, "kind": .string,
    "resources": .list(
      .object([
        "resources": .list(.string),
        "providers": .list(
          .object([
            "aesgcm": keys, "aescbc": keys, "secretbox": keys, "identity": .object([:]),
            "kms": .object([
              "apiVersion": .string, "name": .string, "cachesize": .int32, "endpoint": .string, "timeout": .duration,
            ]),
          ])),
      ])),
  ])

  /// How new Secrets are written; `nil` where nothing says that they are encrypted.
  var secrets: SecretEncryption?

  init(_ path: String) throws(Refusal) {
    let text: String
    do throws(Refusal) {
      text = try HostFile.text(path)
    } catch {
      throw Refusal("error opening encryption provider configuration file \"\(path)\": \(error)")
    }
    let prefix = "error while parsing file"
    let document: JSON
    do throws(Refusal) {
      document = try YAMLText.document(text)
    } catch {
      throw Refusal("\(prefix): error decoding encryption provider configuration file \"\(path)\": \(error)")
    }
    var faults: [String] = []
    if document["kind"].string != "EncryptionConfiguration"
      || document["apiVersion"].string != "apiserver.config.k8s.io/v1"
    {
      faults.append("got unexpected config type: \(document["apiVersion"].text) \(document["kind"].text)")
    }
    faults += Self.shape.faults(of: document, in: "EncryptionConfiguration")
    if faults.isEmpty { faults = Self.validate(document) }
    if let refusal = Refusal.aggregate(faults) { throw Refusal("\(prefix): \(refusal)") }
    for entry in document["resources"].items ?? [] where entry["resources"].items?.contains("secrets") == true {
      guard let provider = entry["providers"].items?.first, let (name, settings) = provider.members?.first,
        let key = settings["keys"].items?.first, let keyName = key["name"].string,
        let secret = key["secret"].string.flatMap({ Data(base64Encoded: $0) })
      else { continue }
      secrets = SecretEncryption(prefix: "k8s:enc:\(name):v1:\(keyName):", key: SymmetricKey(data: secret))
    }
  }

  private static func validate(_ document: JSON) -> [String] {
    guard let entries = document["resources"].items, !entries.isEmpty else {
      return ["resources: Required value: at least one resources is required"]
    }
    var faults: [String] = []
    for (index, entry) in entries.enumerated() {
      let resources = entry["resources"].items ?? []
      let providers = entry["providers"].items ?? []
      let path = "resources[\(index)]"
      if resources.isEmpty {
        faults.append("\(path).resources: Required value: at least one \(path).resources is required")
      }
      let names = resources.compactMap(\.string)
      if Set(names).count < names.count {
        faults.append(
          "\(path).resources: Invalid value: \(names): the same resource cannot be specified multiple times")
      }
      for (number, name) in names.enumerated() {
        if let fault = fault(ofResource: name) {
          faults.append("\(path).resources[\(number)]: Invalid value: \"\(name)\": \(fault)")
        }
      }
      if providers.isEmpty {
        faults.append("\(path).providers: Required value: at least one \(path).providers is required")
      }
      for (number, provider) in providers.enumerated() {
        faults += Self.faults(of: provider, at: "\(path).providers[\(number)]")
      }
    }
    return faults
  }

  private static func fault(ofResource name: String) -> String? {
    if name.lowercased() != name { return "resource name should not contain capital letters" }
    if name == "*" {
      return "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources"
    }
    if name.hasSuffix(".extensions") {
      return "'extensions' group has been removed and cannot be used for encryption"
    }
    return nil
  }

  private static func faults(of provider: JSON, at path: String) -> [String] {
    let members = provider.members ?? [:]
    guard let (name, settings) = members.first else {
      return [
        "\(path): Invalid value: provider does not contain any of the expected providers: "
          + "KMS, AESGCM, AESCBC, Secretbox, Identity"
      ]
    }
    if members.count > 1 {
      return [
        "\(path): Invalid value: more than one provider specified in a single element, should split into different "
          + "list elements"
      ]
    }
    let lengths: [Int]
    switch name {
    case "secretbox": lengths = [32]
    case "aesgcm", "aescbc": lengths = [16, 24, 32]
    default: return []
    }
    let keys = settings["keys"].items ?? []
    if keys.isEmpty { return ["\(path).\(name).keys: Required value: at least one keys is required"] }
    var faults: [String] = []
    for (index, key) in keys.enumerated() {
      let place = "\(path).\(name).keys[\(index)]"
      if (key["name"].string ?? "").isEmpty {
        faults.append("\(place).name: Required value: name is a mandatory field for a key")
      }
      let secret = key["secret"].string ?? ""
      if secret.isEmpty {
        faults.append("\(place).secret: Required value: secret is a mandatory field for a key")
      } else if let bytes = Data(base64Encoded: secret) {
        if !lengths.contains(bytes.count) {
          let expected = lengths.map(String.init).joined(separator: " ")
          faults.append(
            "\(place).secret: Invalid value: \"REDACTED\": secret is not of the expected length, got \(bytes.count), "
              + "expected one of [\(expected)]")
        }
      } else {
        faults.append("\(place).secret: Invalid value: \"REDACTED\": secrets must be base64 encoded")
      }
    }
    return faults
  }
}

/// Secrets at rest: upstream's prefix, and an authenticated cipher under the configured key, so that another key reads
/// nothing. The cipher is the double's own (ChaCha20-Poly1305): no other program shall read its etcd.
struct SecretEncryption: Sendable {
  var prefix: String
  var key: SymmetricKey

  func seal(_ bytes: [UInt8]) throws(Refusal) -> [UInt8] {
    do {
      return Array(prefix.utf8) + Array(try ChaChaPoly.seal(bytes, using: key).combined)
    } catch {
      throw Refusal("encrypting: \(error)")
    }
  }

  func open(_ bytes: [UInt8]) throws(Refusal) -> [UInt8] {
    let mark = Array(prefix.utf8)
    guard bytes.starts(with: mark) else { throw Refusal("identity transformer tried to read encrypted data") }
    do {
      return Array(try ChaChaPoly.open(ChaChaPoly.SealedBox(combined: bytes.dropFirst(mark.count)), using: key))
    } catch {
      throw Refusal("cannot decrypt secret: output array was not large enough for encryption or the key is another")
    }
  }
}
