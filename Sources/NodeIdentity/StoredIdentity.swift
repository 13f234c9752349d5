/// What the state folder holds.
public struct StoredIdentity: Sendable, Hashable {
  /// The certificate that peers have seen; `nil` before the first.
  public var current: NodeCertificate?
  /// The certificate that was issued and not used yet.
  public var next: NodeCertificate?
  /// A key for which no certificate has come yet.
  public var pendingKey: NodeKey?
  /// What is wrong with files there: each is named.
  public var faults: [Fault] = []

  /// What is wrong with a file.
  public struct Fault: Sendable, Hashable, CustomStringConvertible {
    /// The file.
    public let path: String
    /// What is wrong, and what it means.
    public let words: String

    /// The path and the words.
    public var description: String { "\(path): \(words)" }
  }

  /// What to show peers, in the order to try: the next certificate, then the current one, as far as they are valid at
  /// that time (seconds since 1970).
  public func usable(at now: Int64) -> [NodeCertificate] {
    [next, current].compactMap { $0 }.filter { $0.isValid(at: now) }
  }

  /// Where the node's keys are; `nil` before the first. In the TPM, if only one of them is there.
  public var custody: KeyCustody? {
    let keys = [current?.key, next?.key, pendingKey].compactMap { $0?.custody }
    return keys.contains(.tpm) ? .tpm : keys.first
  }
}
