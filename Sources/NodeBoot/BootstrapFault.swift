/// Why the gate before self-initialisation cannot decide: nothing is allowed then.
public struct BootstrapFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// What failed, and with which file, program or TPM.
  public var description: String
  /// What a person can do about it; `nil` where the fault says it.
  public var advice: String?

  init(_ description: String, advice: String? = nil) {
    self.description = description
    self.advice = advice
  }
}
