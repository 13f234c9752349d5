/// `--authentication-config`: of it, where anonymous requests may go (KEP-4633).
struct AuthenticationConfiguration: Sendable {
  /// Paths that anonymous requests reach; `nil` where every path is open to them (what they may do there is for the
  /// authorizer).
  var anonymousPaths: Set<String>?
  var isAnonymousEnabled = true
  /// Whether the file says something about anonymous requests.
  var configuresAnonymous = false

  private static let shape = Shape.object([
    "apiVersion": .string, "kind": .string, "jwt": .list(.any),
    "anonymous": .object(["enabled": .bool, "conditions": .list(.object(["path": .string]))]),
  ])

  /// What is without a file.
  init() {}

  init(_ path: String) throws(Refusal) {
    let document = try YAMLText.document(try HostFile.text(path))
    let version = document["apiVersion"].string ?? ""
    guard document["kind"].string == "AuthenticationConfiguration",
      ["v1", "v1beta1", "v1alpha1"].map({ "apiserver.config.k8s.io/\($0)" }).contains(version)
    else {
      throw Refusal(
        "no kind \"\(document["kind"].string ?? "")\" is registered for version \"\(version)\" in scheme "
          + "\"k8s.io/apiserver/pkg/apis/apiserver/scheme\"")
    }
    if let refusal = Refusal.aggregate(Self.shape.faults(of: document, in: "AuthenticationConfiguration")) {
      throw Refusal("failed to load authentication configuration from file \"\(path)\": \(refusal)")
    }
    let anonymous = document["anonymous"]
    if anonymous == .null { return }
    configuresAnonymous = true
    isAnonymousEnabled = anonymous["enabled"].boolean ?? false
    guard let conditions = anonymous["conditions"].items, !conditions.isEmpty else { return }
    guard isAnonymousEnabled else {
      throw Refusal(
        "anonymous.conditions: Invalid value: enabled should be set to true when conditions are defined")
    }
    anonymousPaths = Set(conditions.compactMap { $0["path"].string })
  }
}
