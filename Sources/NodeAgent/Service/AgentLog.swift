import Diagnostics
import Glibc
public import Logging
import SystemdRuntime

/// Where the agent's log goes: into the journal with fields of its own where standard error leads there, else as a line
/// of JSON for each entry to standard error, which is what a pod's runtime collects.
public struct AgentLog: LogHandler {
  /// The form of an entry.
  public enum Form: String, Sendable, Hashable, CaseIterable {
    /// An entry of the journal (systemd.journal-fields(7)).
    case journal
    /// An object on one line: `time`, `level`, `logger`, `message`, and the metadata's members.
    case json

    /// The form for this process: `JOURNAL_STREAM` decides.
    public static var forThisProcess: Form { Journal.takesStandardError ? .journal : .json }
  }

  /// What an entry becomes.
  enum Entry: Sendable, Hashable {
    case journal(message: String, priority: Journal.Priority, fields: [String: String])
    case json([UInt8])
  }

  /// What every entry of this logger carries.
  public var metadata: Logger.Metadata = [:]
  /// What is asked for more at each entry.
  public var metadataProvider: Logger.MetadataProvider?
  /// What is graver than this, or as grave, is written: the threshold's level, or one of this logger's own.
  public var logLevel: Logger.Level {
    get { ownLevel ?? threshold.level }
    set { ownLevel = newValue }
  }
  private var ownLevel: Logger.Level?
  private let threshold: LogThreshold
  private let label: String
  private let form: Form
  private let write: @Sendable (Entry) -> Void

  /// A log with the name `label`.
  public init(label: String, form: Form = .forThisProcess, level: Logger.Level = .info) {
    self.init(label: label, form: form, threshold: LogThreshold(level))
  }

  /// A log that follows a threshold, which may move while the log is in use.
  public init(label: String, form: Form = .forThisProcess, threshold: LogThreshold) {
    self.init(label: label, form: form, threshold: threshold, write: Self.write)
  }

  init(label: String, form: Form, threshold: LogThreshold, write: @escaping @Sendable (Entry) -> Void) {
    self.label = label
    self.form = form
    self.write = write
    self.threshold = threshold
  }

  /// A value that every entry of this logger carries.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes the entry.
  public func log(event: LogEvent) {
    var all = metadata
    if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
    if let own = event.metadata { all.merge(own) { $1 } }
    if let error = event.error { all["error"] = "\(error)" }
    let values = all.mapValues { "\($0)" }.sorted { $0.key < $1.key }
    switch form {
    case .journal:
      // One line for who reads with `journalctl`, and the fields for who searches.
      let words = values.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
      var fields = ["LL_LOGGER": label]
      for (key, value) in values { fields[Self.fieldName(key)] = value }
      write(
        .journal(
          message: words.isEmpty ? "\(event.message)" : "\(event.message) (\(words))",
          priority: Self.priority(event.level), fields: fields))
    case .json:
      let own: Set<String> = ["time", "level", "logger", "message"]
      let object = JSONText.object(
        [
          .init("time", .string(Timestamp.now)), .init("level", .string(event.level.rawValue)),
          .init("logger", .string(label)), .init("message", .string("\(event.message)")),
        ] + values.map { .init(own.contains($0.key) ? "_" + $0.key : $0.key, .string($0.value)) })
      write(.json(object.compact + [UInt8(ascii: "\n")]))
    }
  }

  /// `grant-epoch` is `LL_GRANT_EPOCH`: names of the journal's own begin otherwise.
  static func fieldName(_ key: String) -> String {
    let name = key.uppercased().utf8.map { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
      default: UInt8(ascii: "_")
      }
    }
    return "LL_" + String(decoding: name.prefix(61), as: UTF8.self)
  }

  /// syslog(3) has no trace; what is only critical here is critical there.
  static func priority(_ level: Logger.Level) -> Journal.Priority {
    switch level {
    case .trace, .debug: .debug
    case .info: .informational
    case .notice: .notice
    case .warning: .warning
    case .error: .error
    case .critical: .critical
    }
  }

  // In one call where the stream takes it whole, so that the lines of several threads do not mix.
  private static func write(_ line: [UInt8]) {
    var rest = line[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      // A log that cannot be written has nobody to tell.
      guard written > 0 else { return }
      rest = rest.dropFirst(written)
    }
  }

  private static func write(_ entry: Entry) {
    switch entry {
    case .journal(let message, let priority, let fields):
      // An entry that the journal does not take is lost: there is nobody else to tell.
      Journal.send(message, priority: priority, fields: fields)
    case .json(let line):
      write(line)
    }
  }
}
