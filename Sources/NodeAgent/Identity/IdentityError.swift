import LocalFiles
public import NodeIdentity
public import OpenBao

/// Why the node has nothing to show.
public enum IdentityError: Error, Sendable, Hashable {
  /// Its keys or certificates.
  case identity(NodeIdentityError)
  /// OpenBao gave no certificate.
  case authority(OpenBaoError)
  /// There is no certificate that is valid, and nobody to ask for one; what is wrong with those that are there.
  case noCertificate([String])
  /// A file that peers are verified by, or a token; what is wrong with it.
  case file(path: String, String)
}

extension IdentityError {
  /// What OpenBao answered; `nil` where the fault is another's.
  var ofAuthority: OpenBaoError? { if case .authority(let error) = self { error } else { nil } }
}

extension OpenBaoError {
  /// How long OpenBao is left alone after this, besides what a dial waits anyway; `nil` where that is enough.
  var pause: Duration? {
    // It signed, and would sign again, for nothing.
    if case .certificateRefused = self { return .seconds(60) }
    return asked
  }
}

extension IdentityError: CustomStringConvertible {
  /// What happened and what to do, in one sentence.
  public var description: String {
    switch self {
    case .identity(let error): error.description
    case .authority(let error): error.description
    case .noCertificate(let faults):
      "this node has no valid certificate"
        + (faults.isEmpty ? "" : " (\(faults.joined(separator: "; ")))")
        + ", and the settings name nobody who could issue one: [OpenBao] needs Mount=, Role= and IssuerAnchor="
    case .file(let path, let words): "\(path): \(words)"
    }
  }
}

extension IdentityError {
  init(_ fault: RegularFile.Fault, path: String) {
    self = .file(path: path, fault == .missing ? "it is not there" : fault.reason)
  }
}
