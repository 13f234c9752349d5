/// Where a node's private key is.
public enum KeyCustody: String, Sendable, Hashable, CaseIterable {
  /// In the TPM: it signs there and never leaves.
  case tpm
  /// In a file of mode 0600: whoever can read it has the key.
  case file
}

/// An operator's consent to a key in a file where there was one in the TPM. The assurance falls, and the operator's
/// side wants its own consent to that.
public struct FileKeyConsent: Sendable, Hashable {
  /// Who consented, for the log.
  public let givenBy: String

  /// A consent that somebody gave.
  public init(givenBy: String) { self.givenBy = givenBy }
}
