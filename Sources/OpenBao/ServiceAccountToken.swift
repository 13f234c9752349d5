import BaseEncodings
import FoundationEssentials
import SecretMemory

/// What a service account's token (a JWT, RFC 7519) says of itself. Nobody has verified it: it only tells which words to say.
struct ServiceAccountToken: Sendable, Hashable {
  var expiry: Int64?
  var audiences: [String]

  /// Reads the claims; `nil` where they cannot be read, and OpenBao then judges alone.
  init?(_ token: SecretBytes) {
    struct Claims: Decodable {
      enum Audience: Decodable {
        case one(String)
        case many([String])

        init(from decoder: any Decoder) throws {
          let container = try decoder.singleValueContainer()
          if let one = try? container.decode(String.self) {
            self = .one(one)
          } else {
            self = .many(try container.decode([String].self))
          }
        }
      }
      var exp: Double?
      var aud: Audience?
    }
    let payload = token.withUnsafeBytes { bytes -> [UInt8] in
      let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      guard parts.count == 3 else { return [] }
      return parts[1].map {
        $0 == UInt8(ascii: "-") ? UInt8(ascii: "+") : $0 == UInt8(ascii: "_") ? UInt8(ascii: "/") : $0
      }
    }
    guard !payload.isEmpty, let json = Base64.bytes(unpadded: payload),
      let claims = try? JSONDecoder().decode(Claims.self, from: Data(json))
    else { return nil }
    expiry = claims.exp.flatMap { Int64(exactly: $0.rounded(.down)) }
    switch claims.aud {
    case .one(let name): audiences = [name]
    case .many(let names): audiences = names
    case nil: audiences = []
    }
  }
}
