import Crypto
import CryptoExtras
import Foundation

/// A service account's token (RFC 7519) as it comes, before its signature is checked.
struct WebToken {
  struct Account {
    var namespace: String
    var name: String
    var uid: String
  }

  let signedPart: [UInt8]
  let signature: [UInt8]
  let algorithm: String
  private let claims: JSONValue

  init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3, let header = Self.decoded(parts[0]), let payload = Self.decoded(parts[1]),
      let signature = Self.decoded(parts[2]), let head = try? JSONValue.parse(header),
      let claims = try? JSONValue.parse(payload)
    else { return nil }
    signedPart = Array((parts[0] + "." + parts[1]).utf8)
    self.signature = signature
    self.claims = claims
    algorithm = head[key: "alg"].text ?? ""
  }

  /// A token with an ES256 signature.
  static func signed(_ claims: JSONValue, by key: P256.Signing.PrivateKey) throws -> String {
    let header: JSONValue = ["alg": "ES256", "typ": "JWT"]
    let part = try [header, claims].map { encoded(try $0.bytes()) }.joined(separator: ".")
    return part + "." + encoded(Array(try key.signature(for: Data(part.utf8)).rawRepresentation))
  }

  /// Whose it is, as far as `role` takes it. The order of the questions is upstream's.
  func account(for role: JSONValue, at now: Date) throws(APIError) -> Account {
    let names = role[key: "bound_service_account_names"].texts
    let namespaces = role[key: "bound_service_account_namespaces"].texts
    let wanted = role[key: "audience"].text ?? ""
    if case .string = claims[key: "aud"] {
      throw APIError(
        500,
        [
          "decoding failed due to the following error(s):\n\n'aud' source data must be an array or slice, got string"
        ])
    }
    if !wanted.isEmpty, !claims[key: "aud"].texts.contains(wanted) {
      throw APIError(
        403, ["invalid audience (aud) claim: audience claim does not match any expected audience"])
    }
    if let expiry = claims[key: "exp"].integer, Double(expiry) < now.timeIntervalSince1970 {
      throw APIError(403, ["invalid expiration time (exp) claim: token is expired"])
    }
    let kubernetes = claims[key: "kubernetes.io"]
    let account = Account(
      namespace: kubernetes[key: "namespace"].text ?? "",
      name: kubernetes[key: "serviceaccount"][key: "name"].text ?? "",
      uid: kubernetes[key: "serviceaccount"][key: "uid"].text ?? "")
    guard namespaces == ["*"] || namespaces.contains(account.namespace) else {
      throw APIError(403, ["namespace not authorized"])
    }
    guard names == ["*"] || names.contains(account.name) else {
      throw APIError(403, ["service account name not authorized"])
    }
    return account
  }

  private static func decoded(_ text: String) -> [UInt8]? {
    var text = text.replacing("-", with: "+").replacing("_", with: "/")
    while text.count % 4 != 0 { text += "=" }
    return Data(base64Encoded: text).map(Array.init)
  }

  private static func encoded(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }
}

/// A public key that signs tokens.
enum TokenSignature {
  case ecdsa(P256.Signing.PublicKey)
  case rsa(_RSA.Signing.PublicKey)

  /// The key of a PEM text.
  init?(pem: String) {
    if let key = try? P256.Signing.PublicKey(pemRepresentation: pem) {
      self = .ecdsa(key)
    } else if let key = try? _RSA.Signing.PublicKey(pemRepresentation: pem) {
      self = .rsa(key)
    } else {
      return nil
    }
  }

  /// Whether it signed `token`.
  func signed(_ token: WebToken) -> Bool {
    switch self {
    case .ecdsa(let key):
      guard token.algorithm == "ES256",
        let signature = try? P256.Signing.ECDSASignature(rawRepresentation: token.signature)
      else { return false }
      return key.isValidSignature(signature, for: Data(token.signedPart))
    case .rsa(let key):
      return token.algorithm == "RS256"
        && key.isValidSignature(
          _RSA.Signing.RSASignature(rawRepresentation: token.signature), for: SHA256.hash(data: token.signedPart),
          padding: .insecurePKCS1v1_5)
    }
  }
}
