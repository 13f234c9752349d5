import FoundationEssentials

/// An answer of a server, whole.
struct ServerAnswer: Sendable, Hashable {
  var status: Int
  var contentType: String?
  var location: String?
  var retryAfter: Int?
  var body: [UInt8]

  var isJSON: Bool {
    contentType?.split(separator: ";").first?.lowercased().filter { $0 != " " } == "application/json"
  }

  /// What it says under `errors`.
  var errors: [String] {
    struct Errors: Decodable { var errors: [String]? }
    guard isJSON, let found = try? JSONDecoder().decode(Errors.self, from: Data(body)) else { return [] }
    return found.errors ?? []
  }

  /// Decodes it, with the place of the first fault in the error.
  func decoded<Value: Decodable>(_ type: Value.Type = Value.self) throws(OpenBaoError) -> Value {
    guard isJSON else { throw foreign }
    do {
      return try JSONDecoder().decode(Value.self, from: Data(body))
    } catch let error as DecodingError {
      throw .malformed(Self.words(error))
    } catch {
      throw .malformed("no JSON")
    }
  }

  /// It is not OpenBao's, by its type.
  var foreign: OpenBaoError { .malformed("status \(status) with the content type \(typeWords)") }

  private var typeWords: String { contentType.map { OpenBaoError.shortened($0).debugDescription } ?? "that it lacks" }

  private static func words(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context): "its JSON has no \(path(context.codingPath + [key]))"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "in its JSON \(path(context.codingPath)) has another type"
    // The library's own words may quote the text, and the text may hold a token.
    default: "it is no JSON"
    }
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
  }
}
