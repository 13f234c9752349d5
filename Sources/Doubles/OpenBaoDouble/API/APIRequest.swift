import Foundation
import X509

/// A request as the API gets it, apart from its transport.
struct APIRequest: Sendable {
  var method: String
  /// Without `/v1/` and query.
  var path: String
  var query: [String: String] = [:]
  var body: JSONValue = .object([:])
  var token: String?
  /// The leaf that the client proved to hold the key of, if any.
  var certificate: Certificate?
  var namespace: String?
  var wrapSeconds: Double?
  /// When it is carried out: handed in, so that what is decided can be tested.
  var now: Date

  /// The operation, in the words that policies use.
  var operation: Operation? {
    switch method {
    case "GET": query["list"] == "true" ? .list : .read
    case "LIST": .list
    case "SCAN": .scan
    case "POST", "PUT": .update
    case "PATCH": .patch
    case "DELETE": .delete
    default: nil
    }
  }

  enum Operation: String, Sendable { case create, read, update, patch, delete, list, scan }
}

/// What the API answers.
struct APIResponse: Sendable {
  enum Body: Sendable, Hashable {
    case none
    case json(JSONValue)
    case raw([UInt8], type: String)
  }

  var status = 200
  var body = Body.none
  var headers: [String: String] = [:]

  /// `204`
  static let nothing = APIResponse(status: 204)

  /// The usual envelope around `data`.
  static func data(
    _ data: JSONValue, warnings: [String] = [], auth: JSONValue = .null, topLevel: Bool = false
  ) -> APIResponse {
    var members: [String: JSONValue] = [
      "request_id": .string(Random.uuid()), "lease_id": "", "renewable": false, "lease_duration": 0, "data": data,
      "wrap_info": .null, "warnings": warnings.isEmpty ? .null : .strings(warnings), "auth": auth,
    ]
    // sys answers carry their data twice: beside the envelope's own members for old clients.
    if topLevel { for (name, value) in data.members where members[name] == nil { members[name] = value } }
    return APIResponse(status: 200, body: .json(.object(members)))
  }

  /// A list of keys; 404 where there is none, as upstream answers.
  static func keys(_ keys: [String], info: JSONValue? = nil) -> APIResponse {
    guard !keys.isEmpty else { return APIError(404, []).response }
    var data: [String: JSONValue] = ["keys": .strings(keys.sorted())]
    data["key_info"] = info
    return .data(.object(data))
  }
}

/// A refusal: a status and its `errors`.
struct APIError: Error, Sendable, Hashable {
  var status: Int
  var messages: [String]

  init(_ status: Int, _ messages: [String]) {
    self.status = status
    self.messages = messages
  }

  /// 400 with one message.
  init(_ message: String) { self.init(400, [message]) }

  var response: APIResponse {
    APIResponse(status: status, body: .json(["errors": .strings(messages)]))
  }

  /// What a policy does not allow.
  static let denied = APIError(403, ["1 error occurred:\n\t* permission denied\n\n"])
  /// Without a token that is good.
  static let noToken = APIError(403, ["permission denied"])
  static let notFound = APIError(404, [])
  static let unsupportedPath = APIError(404, ["1 error occurred:\n\t* unsupported path\n\n"])
  static let unsupportedOperation = APIError(405, ["1 error occurred:\n\t* unsupported operation\n\n"])
  static let sealed = APIError(503, ["Vault is sealed"])
}

/// Identifiers as OpenBao makes them.
enum Random {
  /// `xxxxxxxx-xxxx-…`
  static func uuid() -> String { UUID().uuidString.lowercased() }

  /// Letters and digits.
  static func base62(_ count: Int) -> String {
    let letters = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    return String((0..<count).compactMap { _ in letters.randomElement() })
  }

  static func hex(_ count: Int) -> String {
    String((0..<count).compactMap { _ in "0123456789abcdef".randomElement() })
  }

  static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255) } }
}

/// Times as OpenBao writes them.
enum Timestamp {
  static func text(_ date: Date) -> String {
    let nanoseconds = Int((date.timeIntervalSince1970 - date.timeIntervalSince1970.rounded(.down)) * 1e9)
    let whole = Date(timeIntervalSince1970: date.timeIntervalSince1970.rounded(.down))
    // As Go's RFC3339Nano: no fraction where there is none.
    if nanoseconds == 0 { return whole.formatted(.iso8601) }
    let digits = String(nanoseconds)
    return whole.formatted(.iso8601).dropLast() + "." + String(repeating: "0", count: max(0, 9 - digits.count)) + digits
      + "Z"
  }
}
