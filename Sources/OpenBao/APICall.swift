/// A request to OpenBao's API.
struct APICall: Sendable {
  /// What it is for: the same status means different things.
  enum Purpose: Sendable, Hashable {
    case login(LoginMethod.Kind)
    case unwrapping
    case other
  }

  var method = "POST"
  /// Without `/v1/`.
  var path: String
  var body: [UInt8] = []
  var purpose = Purpose.other
  /// Whether it does no harm to send it again where nobody knows whether it was carried out.
  var isRepeatable = true
  /// Whether the client certificate is shown.
  var showsCertificate = false

  /// What `answer` means; `nil` where it is what was asked for.
  func fault(in answer: ServerAnswer, namespace: String?) -> OpenBaoError? {
    if (200..<300).contains(answer.status) {
      // A page of something between us and OpenBao; another address may lead past it.
      return answer.isJSON || answer.body.isEmpty ? nil : answer.foreign
    }
    let errors = answer.errors
    if let server = Self.serverFault(answer, errors) { return server }
    if answer.status == 404, errors.contains("namespace not found") { return .noNamespace(namespace ?? "") }
    // A page of something between us and OpenBao is no word of OpenBao's.
    guard answer.isJSON || answer.body.isEmpty else {
      return .failing(
        status: answer.status, OpenBaoError.shortened(String(decoding: answer.body.prefix(400), as: UTF8.self)))
    }
    switch purpose {
    case .login(let kind): return .loginRefused(kind, status: answer.status, errors)
    case .unwrapping:
      if errors.contains(where: { $0.contains("wrapping token") }) || answer.status == 403 { return .wrappingSpent }
    case .other: break
    }
    switch answer.status {
    case 403: return errors == ["permission denied"] ? .badToken : .denied(path: path)
    case 404: return .notFound(path: path, errors)
    case 400..<500: return .refused(status: answer.status, errors)
    default: return .failing(status: answer.status, errors.isEmpty ? "" : OpenBaoError.joined(errors))
    }
  }

  /// What the status says of the server itself, whatever was asked.
  private static func serverFault(_ answer: ServerAnswer, _ errors: [String]) -> OpenBaoError? {
    let says = { (words: String) in errors.contains { $0.contains(words) } }
    switch answer.status {
    case 503 where says("sealed"): return .sealed
    case 501: return .uninitialised
    case 400 where says("not initialized"), 503 where says("not initialized"): return .uninitialised
    case 472, 473: return .standby
    case 500 where says("active cluster node not found"), 503 where says("node is not active"): return .standby
    // A used up quota has words or a time; what stands in front of a standby has neither, or its health.
    case 429 where errors.isEmpty && answer.retryAfter == nil: return .standby
    case 429: return .rateLimited(seconds: answer.retryAfter)
    case 500...599 where errors.isEmpty:
      let words = String(decoding: answer.body.prefix(400), as: UTF8.self)
      return .failing(status: answer.status, answer.isJSON ? "" : OpenBaoError.shortened(words))
    default: return nil
    }
  }
}
