/// One thing that `ll-tpm doctor` looked at.
public struct Diagnosis: Sendable, Hashable {
  /// How it is.
  public enum Verdict: String, Sendable, Hashable, CaseIterable {
    /// As it should be.
    case ok
    /// Not as a host should be, or worth knowing.
    case warning
    /// Reason enough for an unseal to fail.
    case failed
  }

  /// How it is.
  public var verdict: Verdict
  /// What was looked at: `TPM`, `PCR 7`.
  public var subject: String
  /// What was found, in words.
  public var words: String
  /// What to do next; `nil` where there is nothing to do.
  public var next: String?

  /// A diagnosis.
  public init(_ verdict: Verdict, _ subject: String, _ words: String, next: String? = nil) {
    self.verdict = verdict
    self.subject = subject
    self.words = words
    self.next = next
  }
}
