/// A failure of the API, as `metav1.Status` carries it.
struct APIStatus: Error, Sendable, Hashable {
  var code: Int
  var reason: String
  var message: String

  var response: HTTPResponse {
    .json(
      code,
      [
        "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message),
        "reason": .string(reason), "code": .integer(Int64(code)),
      ])
  }

  static func notFound(_ kind: ResourceKind, _ name: String) -> APIStatus {
    APIStatus(code: 404, reason: "NotFound", message: "\(kind.qualified) \"\(name)\" not found")
  }

  static func alreadyExists(_ kind: ResourceKind, _ name: String) -> APIStatus {
    APIStatus(code: 409, reason: "AlreadyExists", message: "\(kind.qualified) \"\(name)\" already exists")
  }

  static func conflict(_ kind: ResourceKind, _ name: String) -> APIStatus {
    APIStatus(
      code: 409, reason: "Conflict",
      message: "Operation cannot be fulfilled on \(kind.qualified) \"\(name)\": the object has been modified; "
        + "please apply your changes to the latest version and try again")
  }

  static func badRequest(_ message: String) -> APIStatus {
    APIStatus(code: 400, reason: "BadRequest", message: message)
  }

  static func internalError(_ refusal: Refusal) -> APIStatus {
    APIStatus(code: 500, reason: "InternalError", message: "Internal error occurred: \(refusal)")
  }

  static func forbidden(_ message: String) -> APIStatus {
    APIStatus(code: 403, reason: "Forbidden", message: message)
  }

  static let unauthorized = APIStatus(code: 401, reason: "Unauthorized", message: "Unauthorized")
}

extension ResourceKind {
  /// As errors name it: with its group.
  var qualified: String { group.isEmpty ? resource : "\(resource).\(group)" }
}
