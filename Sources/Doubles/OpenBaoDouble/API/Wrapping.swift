import Foundation

/// Response wrapping: an answer behind a token that opens it once.
enum Wrapping {
  static func wrap(
    _ answer: JSONValue, for seconds: Double, _ request: APIRequest, _ transaction: inout Transaction
  ) -> APIResponse {
    let token = "s." + Random.base62(24)
    transaction["wrapped/\(token)"] = [
      "answer": answer, "expires": .integer(Int(request.now.timeIntervalSince1970 + seconds)),
    ]
    let info: JSONValue = [
      "token": .string(token), "accessor": .string(Random.base62(24)), "ttl": .integer(Int(seconds)),
      "creation_time": .string(Timestamp.text(request.now)), "creation_path": .string(request.path),
      "wrapped_accessor": "",
    ]
    return APIResponse(
      status: 200,
      body: .json([
        "request_id": "", "lease_id": "", "renewable": false, "lease_duration": 0, "data": .null, "wrap_info": info,
        "warnings": .null, "auth": .null,
      ]))
  }

  /// `sys/wrapping/unwrap`
  static func unwrap(_ request: APIRequest, _ transaction: inout Transaction) throws(APIError) -> APIResponse {
    let token = request.body[key: "token"].text ?? request.token ?? ""
    guard let wrapped = transaction["wrapped/\(token)"],
      request.now.timeIntervalSince1970 < Double(wrapped[key: "expires"].integer ?? 0)
    else { throw APIError("wrapping token is not valid or does not exist") }
    transaction["wrapped/\(token)"] = nil
    return APIResponse(status: 200, body: .json(wrapped[key: "answer"]))
  }
}
