import FoundationEssentials
import VerifiedHTTP

/// A JSON answer of the kubelet.
enum JSONAnswer {
  /// Decodes it, with the place of the first fault in the error.
  static func decode<Value: Decodable>(_ json: [UInt8]) throws(KubeletError) -> Value {
    do {
      // Without a copy: the list of a full node's pods is megabytes long.
      return try json.withUnsafeBytes { bytes in
        guard let start = bytes.baseAddress else { throw KubeletError.malformed("no JSON") }
        let view = Data(
          bytesNoCopy: UnsafeMutableRawPointer(mutating: start), count: bytes.count, deallocator: .none)
        return try JSONDecoder().decode(Value.self, from: view)
      }
    } catch let error as DecodingError {
      throw .malformed(words(error))
    } catch {
      throw .malformed("no JSON")
    }
  }

  private static func words(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context): "no \(path(context.codingPath + [key]))"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "\(path(context.codingPath)) has another type"
    case .dataCorrupted(let context): OneLine.of(context.debugDescription)
    @unknown default: "no JSON"
    }
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
  }
}
