import FoundationEssentials
import VerifiedHTTP

/// A part of a kubelet's JSON.
enum JSONAnswer {
  /// Decodes the value of the member `name`, with the place of the first fault in the error.
  static func decode<Value: Decodable>(_ json: [UInt8], of name: String) throws(KubeletError) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(json))
    } catch let error as DecodingError {
      throw .malformed(words(error, name))
    } catch {
      throw .malformed("no JSON")
    }
  }

  private static func words(_ error: DecodingError, _ name: String) -> String {
    switch error {
    case .keyNotFound(let key, let context): "no \(path(name, context.codingPath + [key]))"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "\(path(name, context.codingPath)) has another type"
    case .dataCorrupted(let context): OneLine.of(context.debugDescription)
    @unknown default: "no JSON"
    }
  }

  private static func path(_ name: String, _ keys: [any CodingKey]) -> String {
    ([name] + keys.map { $0.intValue.map(String.init) ?? $0.stringValue }).joined(separator: ".")
  }
}
