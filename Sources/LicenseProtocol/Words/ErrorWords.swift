extension SignatureError: CustomStringConvertible {
  /// What is wrong, as a clause.
  public var description: String {
    switch self {
    case .unreadableKey: "the key is no P-256 key"
    case .unreadableSignature: "the signature is no ECDSA signature"
    case .mismatch: "the signature is another key's, or over other bytes"
    case .unreadableMessage: "what was signed is no such message"
    case .notSigned: "the key could not sign"
    }
  }
}

extension ByteStringError: CustomStringConvertible {
  /// What is wrong, as a clause.
  public var description: String {
    switch self {
    case .fieldTooLong(let count): "a field has \(count) bytes, and at most 65535 can be counted"
    case .length(let field, let expected, let found): "\(field) has \(found) bytes and not \(expected)"
    case .duplicateFact(let name): "the fact \(name) is given twice"
    }
  }
}

extension EntitlementCache.Fault: CustomStringConvertible {
  /// What is wrong, as a clause.
  public var description: String {
    switch self {
    case .signature(let error): "\(error)"
    case .otherLicensee(let name): "it is for \(name)"
    case .otherNonce: "it does not answer the last report"
    case .older(let issued, let held):
      "it was issued at \(issued.words), before the one that is held, of \(held.words): the key server's clock was "
        + "ahead then, or is behind now; its answers are believed again once that clock is past \(held.words)"
    case .runOut: "it had run out when it came"
    case .malformed: "it is malformed"
    }
  }
}

extension GrantFault: CustomStringConvertible {
  /// What is wrong, as words that follow "the operator's grant".
  public var description: String { words }
}

extension LicenseRefusal: CustomStringConvertible {
  /// What failed, one sentence for a person.
  public var description: String { message }
}
