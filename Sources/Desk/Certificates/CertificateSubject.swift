import BootImage
public import PKI

/// Something that has a certificate from the desk.
public enum CertificateSubject: Sendable, Hashable {
  /// A certificate authority.
  case authority(Authority)
  /// A person who may administrate OpenBao.
  case administrator(String)
  /// The first listener of OpenBao on a master.
  case listener(String)
  /// A node that logs in to OpenBao.
  case login(String)

  /// Its name among the desk's files.
  public var name: String {
    switch self {
    case .authority(let authority): authority.commonName
    case .administrator(let name): "administrator-\(name)"
    case .listener(let node): "\(node).listener"
    case .login(let node): "\(node).login"
    }
  }

  /// Who signs it; `nil` for the root, which does so itself.
  var issuer: Authority? {
    switch self {
    case .authority(let authority): authority.parent
    case .administrator, .listener, .login: .issuer(.bootstrap)
    }
  }

  /// The node that it is for; `nil` where it is for none.
  var node: String? {
    switch self {
    case .listener(let node), .login(let node): node
    default: nil
    }
  }
}
