public import SecretMemory

/// A way to get a token from OpenBao.
public enum LoginMethod: Sendable {
  /// `auth/<mount>/login` with a service account's token, as a pod has it from a projected volume.
  case kubernetes(mount: String, role: String, token: SecretBytes)
  /// `auth/<mount>/login` with the client certificate of the connection; `role` names the one of the mount's roles to judge
  /// by, `nil` lets OpenBao find it.
  case certificate(mount: String, role: String?)
  /// `auth/<mount>/login` with a role id and a secret id.
  case appRole(mount: String, roleID: String, secretID: SecretBytes)

  /// Which of the three.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// A client certificate.
    case certificate
    /// A service account's token.
    case kubernetes
    /// A role id and a secret id.
    case appRole
  }

  /// Which of the three it is.
  public var kind: Kind {
    switch self {
    case .kubernetes: .kubernetes
    case .certificate: .certificate
    case .appRole: .appRole
    }
  }

  var mount: String {
    switch self {
    case .kubernetes(let mount, _, _), .certificate(let mount, _), .appRole(let mount, _, _): mount
    }
  }

  /// The request's body.
  var body: [UInt8] {
    var json = JSONObject()
    switch self {
    case .kubernetes(_, let role, let token):
      json.add("role", role)
      json.add("jwt", token)
    case .certificate(_, let role):
      if let role { json.add("name", role) }
    case .appRole(_, let roleID, let secretID):
      json.add("role_id", roleID)
      json.add("secret_id", secretID)
    }
    return json.bytes
  }
}

extension LoginMethod.Kind: CustomStringConvertible {
  /// For a sentence.
  public var description: String {
    switch self {
    case .certificate: "certificate"
    case .kubernetes: "Kubernetes token"
    case .appRole: "AppRole"
    }
  }
}
