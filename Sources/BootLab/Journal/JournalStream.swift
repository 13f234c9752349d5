/// The journal of a machine as it arrives: bytes in, whole entries out.
public struct JournalStream: Sendable {
  /// Every entry so far, in the order of arrival.
  public private(set) var entries: [JournalEntry] = []
  /// How many lines were none of an entry: what a broken transport or a power cut leaves.
  public private(set) var unreadableLines = 0
  private var rest: [UInt8] = []

  /// An empty journal.
  public init() {}

  /// The journal that `bytes` hold, the last line without its end included.
  public init(_ bytes: [UInt8]) {
    add(bytes)
    finish()
  }

  /// Adds what has arrived; an unfinished line waits for its end.
  public mutating func add(_ bytes: [UInt8]) {
    rest += bytes
    var start = rest.startIndex
    while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
      read(rest[start..<end])
      start = end + 1
    }
    rest.removeSubrange(..<start)
  }

  /// Says that nothing more will arrive.
  public mutating func finish() {
    if !rest.isEmpty { read(rest[...]) }
    rest = []
  }

  private var blank: [UInt8] { [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")] }

  private mutating func read(_ line: ArraySlice<UInt8>) {
    guard line.contains(where: { !blank.contains($0) }) else { return }
    if let entry = JournalLine.entry(line) { entries.append(entry) } else { unreadableLines += 1 }
  }
}
