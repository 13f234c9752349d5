/// How a child ended and what it wrote.
struct ProgramOutcome: Sendable, Hashable {
  enum End: Sendable, Hashable {
    case exited(Int32)
    case killed(signal: Int32)
    case timedOut(Duration)
    case notStarted(String)
    /// It wrote more than anybody wants to read; what is there is not all.
    case tooLong
  }

  var end: End
  /// Standard output.
  var output: [UInt8] = []
  /// The end of standard error.
  var errors: [UInt8] = []

  /// What went wrong, with the last lines of standard error; `nil` where nothing did. It is equal for equal faults: it
  /// has no times that pass by themselves.
  var fault: String? {
    let lines = Self.lastLines(of: errors).joined(separator: "; ")
    let reason = lines.isEmpty ? "" : ": \(lines)"
    switch end {
    case .exited(0): return nil
    case .exited(let status): return "exit status \(status)\(reason)"
    case .killed(let signal): return "killed by signal \(signal)\(reason)"
    case .timedOut(let deadline): return "killed after \(deadline), its deadline\(reason)"
    case .notStarted(let words): return "cannot be started: \(words)"
    case .tooLong: return "its output is too long"
    }
  }

  /// At most five lines of at most 300 characters, without klog's headers (`E1121 08:59:01.123456 4711 file.go:265] `),
  /// which differ from time to time, and without control characters.
  static func lastLines(of bytes: [UInt8]) -> [String] {
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).compactMap { line in
      let text = String(String.UnicodeScalarView(line.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
      let words = withoutKlogHeader(text[...]).drop { $0 == " " }
      return words.isEmpty ? nil : String(words.prefix(300))
    }
    // klog repeats itself: one line per attempt.
    var distinct: [String] = []
    for line in lines.reversed() where !distinct.contains(line) && distinct.count < 5 { distinct.append(line) }
    return distinct.reversed()
  }

  private static func withoutKlogHeader(_ line: Substring) -> Substring {
    let head = line.prefix(6)
    guard head.count == 6, "IWEF".contains(head.first ?? " "), head.last == " " else { return line }
    guard head.dropFirst().dropLast().allSatisfy(\.isWholeNumber), let bracket = line.firstIndex(of: "]") else {
      return line
    }
    return line[line.index(after: bracket)...]
  }
}
