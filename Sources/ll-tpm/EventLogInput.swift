import Console
import MeasuredBoot
import TPMUnseal

/// The event log of this boot.
enum EventLogInput {
  /// The bytes of the file that was named, which must be there; of the kernel's otherwise, which need not, and whose absence is said where it
  /// matters.
  static func bytes(_ path: String?, matters: Bool = true) throws(Exit) -> [UInt8]? {
    do throws(ReleaseError) {
      return try PlainFile.read(path ?? IdentityReading.eventLogPath, limit: EventLog.sizeLimit)
    } catch {
      guard path == nil else { throw Failure.said(.release(error)) }
      if matters { Output.error.line("ll-tpm: warning: no event log: \(error)") }
      return nil
    }
  }

  /// The log, where there is one that can be read.
  static func log(_ path: String?, matters: Bool) throws(Exit) -> EventLog? {
    guard let bytes = try bytes(path, matters: matters) else { return nil }
    do throws(EventLogError) {
      return try EventLog(parsing: bytes)
    } catch {
      Output.error.line("ll-tpm: warning: the event log cannot be read: \(error)")
      return nil
    }
  }
}
