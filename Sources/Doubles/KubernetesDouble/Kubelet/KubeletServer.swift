import SwiftASN1
import X509

/// kubelet's own API on its secure port: who asks is said by the client certificate, whether they may by the API
/// server (`SubjectAccessReview`).
struct KubeletServer: Sendable {
  let options: KubeletOptions
  let pods: @Sendable () async -> JSON

  func answer(_ request: HTTPRequest) async -> HTTPResponse {
    guard let leaf = request.clientChain.first else { return .text(401, "Unauthorized") }
    do throws(Refusal) {
      try await options.clientAuthorities.verify(request.clientChain, for: .client)
    } catch {
      return .text(401, "Unauthorized")
    }
    let user = User(
      name: Identity.attributes(ASN1ObjectIdentifier.RDNAttributeType.commonName, of: leaf).first ?? "",
      groups: Set(Identity.attributes(ASN1ObjectIdentifier.RDNAttributeType.organizationName, of: leaf)))
    let verb = request.method == "GET" ? "get" : "create"
    let subresource = Self.subresource(of: request.path)
    do {
      guard try await allows(user, verb: verb, subresource: subresource) else {
        return .text(
          403, "Forbidden (user=\(user.name), verb=\(verb), resource=nodes, subresource(s)=[\(subresource)])\n")
      }
    } catch {
      return .text(500, "Authorization error (user=\(user.name), verb=\(verb), resource=nodes): \(error)")
    }
    switch request.path {
    case "/healthz": return .text(200, "ok")
    case "/pods", "/runningpods/": return .json(200, await pods())
    case "/metrics": return .text(200, "kubelet_node_name{node=\"\(options.nodeName)\"} 1\n")
    default: return .text(404, "404 page not found\n")
    }
  }

  private static func subresource(of path: String) -> String {
    switch path {
    case "/healthz": "healthz"
    case "/pods", "/runningpods/": "pods"
    case "/metrics": "metrics"
    default: "proxy"
    }
  }

  private func allows(_ user: User, verb: String, subresource: String) async throws -> Bool {
    guard options.configuration.asksForAuthorization else { return true }
    let review: JSON = [
      "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
      "spec": [
        "user": .string(user.name), "groups": .array(user.groups.sorted().map { .string($0) }),
        "resourceAttributes": [
          "verb": .string(verb), "resource": "nodes", "subresource": .string(subresource),
          "name": .string(options.nodeName),
        ],
      ],
    ]
    let answer = try await options.kubeconfig.client.call(
      "POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", body: review)
    return answer["status"]["allowed"].boolean == true
  }
}
