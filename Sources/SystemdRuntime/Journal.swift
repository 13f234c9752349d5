import CSystemd
import Glibc

/// The journal, written to with fields of one's own. Source: sd_journal_send(3), systemd.journal-fields(7).
public enum Journal {
  /// The priorities of syslog(3), gravest first.
  public enum Priority: Int, Sendable, Hashable, CaseIterable, Comparable {
    /// The system is unusable.
    case emergency
    /// Act at once.
    case alert
    /// Critical conditions.
    case critical
    /// Errors.
    case error
    /// Warnings.
    case warning
    /// Normal, and worth a look.
    case notice
    /// Information.
    case informational
    /// For those who look for a fault.
    case debug

    /// Orders by number, as syslog(3) has them: the gravest is the least.
    public static func < (left: Priority, right: Priority) -> Bool { left.rawValue < right.rawValue }
  }

  /// Whether standard error leads to the journal already, so that an entry of one's own replaces a line there
  /// (`JOURNAL_STREAM`, systemd.exec(5)).
  public static var takesStandardError: Bool {
    guard let stream = getenv("JOURNAL_STREAM") else { return false }
    var file = stat()
    guard fstat(2, &file) == 0 else { return false }
    return String(cString: stream) == "\(file.st_dev):\(file.st_ino)"
  }

  /// Writes an entry.
  /// - Parameter fields: further fields, each by a name that ``isFieldName(_:)`` accepts; others are left out, for the
  ///   journal would.
  /// - Returns: zero, or the errno for which the entry is not in the journal; a journal that is not there takes it
  ///   without a word.
  @discardableResult
  public static func send(_ message: String, priority: Priority, fields: [String: String] = [:]) -> Int32 {
    var lines = [Array("MESSAGE=\(message)".utf8), Array("PRIORITY=\(priority.rawValue)".utf8)]
    for (name, value) in fields.sorted(by: { $0.key < $1.key }) where isFieldName(name) && name != "MESSAGE" {
      lines.append(Array("\(name)=\(value)".utf8))
    }
    let sizes = lines.map(\.count)
    var bytes = lines.flatMap { $0 }
    return bytes.withUnsafeMutableBytes { buffer in
      var start = 0
      var vectors: [iovec] = []
      for size in sizes {
        vectors.append(iovec(iov_base: buffer.baseAddress.map { $0 + start }, iov_len: size))
        start += size
      }
      return -sd_journal_sendv(&vectors, Int32(vectors.count))
    }
  }

  /// Whether the journal takes `name` from a program: capital letters, digits and underscores, at most 64, neither a
  /// digit nor an underscore first.
  public static func isFieldName(_ name: String) -> Bool {
    guard let first = name.utf8.first, name.utf8.count <= 64 else { return false }
    let capitals = UInt8(ascii: "A")...UInt8(ascii: "Z")
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    return capitals.contains(first)
      && name.utf8.allSatisfy { capitals.contains($0) || digits.contains($0) || $0 == UInt8(ascii: "_") }
  }
}
