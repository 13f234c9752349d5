import Foundation

/// Response wrapping: an answer behind a token that opens it once.
enum Wrapping {
  private static let spent = APIError("wrapping token is not valid or does not exist")

  static func wrap(
    _ answer: JSONValue, for seconds: Double, _ request: APIRequest, _ transaction: inout Transaction
  ) -> APIResponse {
    let suffix = Namespaces.suffix(in: transaction)
    let token = "s." + Random.base62(24) + suffix
    let time = Timestamp.text(request.now)
    let wrapped = answer[key: "auth"][key: "accessor"].text ?? answer[key: "data"][key: "secret_id_accessor"].text ?? ""
    transaction["wrapped/\(token)"] = [
      "answer": answer, "expires": .integer(Int(request.now.timeIntervalSince1970 + seconds)),
      "creation_path": .string(request.path), "creation_time": .string(time), "creation_ttl": .integer(Int(seconds)),
    ]
    let info: JSONValue = [
      "token": .string(token), "accessor": .string(Random.base62(24) + suffix), "ttl": .integer(Int(seconds)),
      "creation_time": .string(time), "creation_path": .string(request.path), "wrapped_accessor": .string(wrapped),
    ]
    return APIResponse(
      status: 200,
      body: .json([
        "request_id": "", "lease_id": "", "renewable": false, "lease_duration": 0, "data": .null, "wrap_info": info,
        "warnings": .null, "auth": .null,
      ]))
  }

  /// `sys/wrapping/unwrap`: the wrapping token is the request's own token, or in the body of a request that has another.
  static func unwrap(_ request: APIRequest, _ transaction: inout Transaction) throws(APIError) -> APIResponse {
    let inBody = request.body[key: "token"].text
    let token = inBody ?? request.token ?? ""
    guard !token.isEmpty else { throw APIError(403, ["error validating wrapping token: token is empty"]) }
    let wrapped = try found(token, request, transaction)
    if inBody != nil, Tokens.entry(request.token ?? "", at: request.now, in: transaction) == nil { throw .noToken }
    transaction["wrapped/\(token)"] = nil
    var answer = wrapped[key: "answer"]
    answer[key: "request_id"] = .string(Random.uuid())
    return APIResponse(status: 200, body: .json(answer))
  }

  /// `sys/wrapping/lookup`
  static func lookup(_ request: APIRequest, _ transaction: Transaction) throws(APIError) -> APIResponse {
    let wrapped = try found(request.body[key: "token"].text ?? request.token ?? "", request, transaction)
    return .data([
      "creation_path": wrapped[key: "creation_path"], "creation_time": wrapped[key: "creation_time"],
      "creation_ttl": wrapped[key: "creation_ttl"],
    ])
  }

  private static func found(
    _ token: String, _ request: APIRequest, _ transaction: Transaction
  ) throws(APIError) -> JSONValue {
    guard let wrapped = transaction["wrapped/\(token)"],
      request.now.timeIntervalSince1970 < Double(wrapped[key: "expires"].integer ?? 0)
    else { throw spent }
    return wrapped
  }
}
