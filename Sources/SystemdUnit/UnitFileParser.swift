import Diagnostics

/// Reads the unit syntax line by line, in the ``UnitDialect`` asked for.
struct UnitFileParser {
  private let dialect: UnitDialect
  private var sections: [Section] = []
  private var pending: [String] = []

  init(dialect: UnitDialect) { self.dialect = dialect }

  /// A line as the dialect sees it: continuation joined, outer whitespace gone.
  private struct LogicalLine {
    /// A part of the text itself where the line is not continued.
    var bytes: ArraySlice<UInt8>
    var start: SourcePosition
  }

  mutating func parse(_ bytes: [UInt8], report: inout Report) -> UnitFile {
    if dialect == .systemd, bytes.isEmpty { return UnitFile() }
    var open: LogicalLine?
    var content = bytes[...]
    let hasMark = dialect == .systemd && bytes.starts(with: [0xEF, 0xBB, 0xBF])
    if hasMark { content = content.dropFirst(3) }
    if content.last == newline { content = content.dropLast() }
    // Places count lines by LF alone, as whoever shows the text does; for systemd a lone CR and a NUL end one, too.
    var line = (number: 1, start: bytes.startIndex)
    var rest: ArraySlice<UInt8>? = content
    while let current = rest {
      let end = dialect == .podman ? current.firstIndex(of: newline) : current.firstIndex(where: endsLine)
      rest = end.map { current[afterLineEnd($0, in: current)...] }
      let physical = current[..<(end ?? current.endIndex)]
      let (number, lineStart) = line
      if let next = rest?.startIndex, bytes[next - 1] == newline { line = (number + 1, next) }
      let trimmed = dialect == .podman ? physical.trimmed.trimmedOfUnicodeSpace : physical.trimmed
      if trimmed.isEmpty || trimmed.first == hash || trimmed.first == semicolon {
        // Inside a continuation both programs skip comments; podman skips empty lines, too, which end it for systemd.
        if let joined = open, trimmed.isEmpty, dialect == .systemd {
          read(joined, report: &report)
          open = nil
        }
        if open == nil { pending.append(String(decoding: trimmed, as: UTF8.self)) }
        continue
      }
      let start = SourcePosition(line: number, column: trimmed.startIndex - lineStart + 1)
      var joined = open ?? LogicalLine(bytes: [], start: start)
      open = nil
      // systemd keeps the whitespace around the pieces of a continued line, and sees no continuation in a backslash
      // before a space.
      let piece = dialect == .systemd ? physical : trimmed
      if continues(piece) {
        joined.bytes += piece.dropLast()
        if dialect == .systemd { joined.bytes.append(space) }
        if rest != nil {
          // podman takes what it has read so far for "no continuation yet" when that is nothing.
          open = dialect == .podman && joined.bytes.isEmpty ? nil : joined
          continue
        }
      } else if joined.bytes.isEmpty {
        joined.bytes = piece
      } else {
        joined.bytes += piece
      }
      read(joined, report: &report)
    }
    if let open, dialect == .systemd { read(open, report: &report) }
    if !pending.isEmpty {
      if sections.isEmpty { sections.append(Section("")) }
      sections[sections.count - 1].trailing += pending
    }
    return UnitFile(sections)
  }

  private func endsLine(_ byte: UInt8) -> Bool {
    byte == newline || dialect == .systemd && (byte == carriageReturn || byte == 0)
  }

  private func afterLineEnd(_ index: Int, in bytes: ArraySlice<UInt8>) -> Int {
    let next = index + 1
    let isPair = bytes[index] == carriageReturn && next < bytes.endIndex && bytes[next] == newline
    return isPair ? next + 1 : next
  }

  private func continues(_ line: ArraySlice<UInt8>) -> Bool {
    switch dialect {
    case .podman: line.last == backslash
    case .systemd: line.reversed().prefix { $0 == backslash }.count % 2 == 1
    }
  }

  private mutating func read(_ written: LogicalLine, report: inout Report) {
    let line = LogicalLine(bytes: dialect == .systemd ? written.bytes.trimmed : written.bytes, start: written.start)
    guard !line.bytes.isEmpty else {
      pending.append("")
      return
    }
    guard line.bytes.allSatisfy({ $0 < 0x80 }) || String(validating: line.bytes, as: UTF8.self) != nil else {
      report.error("the line is not valid UTF-8", position: line.start)
      return
    }
    if line.bytes.first == UInt8(ascii: "[") {
      if readHeader(line, report: &report) { return }
      if dialect == .systemd { return }
    }
    readDirective(line, report: &report)
  }

  /// Whether the line was a header, good or bad.
  private mutating func readHeader(_ line: LogicalLine, report: inout Report) -> Bool {
    let bytes = line.bytes
    let end = dialect == .systemd ? bytes.lastIndex(of: closing) : bytes.firstIndex(of: closing)
    guard let end, bytes[(end + 1)...].trimmed.isEmpty else {
      if dialect == .systemd { report.error("invalid section header", position: line.start) }
      return false
    }
    let name = String(decoding: bytes[..<end].dropFirst(), as: UTF8.self)
    guard !name.isEmpty, name.unicodeScalars.allSatisfy(UnitFile.isNameScalar) else {
      report.error("invalid section name \(name.debugDescription)", position: line.start)
      return true
    }
    var section = Section(name)
    section.position = line.start
    // One empty line between sections is the writer's own.
    section.leading = pending.first == "" ? Array(pending.dropFirst()) : pending
    pending = []
    sections.append(section)
    return true
  }

  private mutating func readDirective(_ line: LogicalLine, report: inout Report) {
    let severity: Severity = dialect == .podman ? .error : .warning
    guard let equals = line.bytes.firstIndex(of: UInt8(ascii: "=")) else {
      report.add(Finding(severity, "no `=` in the line, so it is ignored", position: line.start))
      return
    }
    let key = String(decoding: line.bytes[..<equals].trimmed, as: UTF8.self)
    guard !key.isEmpty else {
      report.add(Finding(severity, "no key before `=`, so the line is ignored", position: line.start))
      return
    }
    guard !sections.isEmpty else {
      report.add(Finding(severity, "\(key)= stands before the first section and is ignored", position: line.start))
      return
    }
    let written = line.bytes[(equals + 1)...]
    let value = dialect == .podman ? written.drop(while: \.isUnitWhitespace) : written.trimmed
    var directive = Directive(key, String(decoding: value, as: UTF8.self))
    directive.leading = pending
    directive.position = line.start
    pending = []
    sections[sections.count - 1].directives.append(directive)
  }

  private let newline = UInt8(ascii: "\n")
  private let carriageReturn = UInt8(ascii: "\r")
  private let hash = UInt8(ascii: "#")
  private let semicolon = UInt8(ascii: ";")
  private let backslash = UInt8(ascii: "\\")
  private let closing = UInt8(ascii: "]")
  private let space = UInt8(ascii: " ")
}

extension UInt8 {
  /// Space, tab, LF, VT, FF or CR.
  var isUnitWhitespace: Bool { self == 0x20 || self >= 0x09 && self <= 0x0D }
}

extension ArraySlice<UInt8> {
  /// Without the whitespace beyond ASCII that Go's `strings.TrimSpace` removes; for slices without ASCII whitespace
  /// at the ends.
  fileprivate var trimmedOfUnicodeSpace: ArraySlice<UInt8> {
    guard let first, let last, first >= 0x80 || last >= 0x80 else { return self }
    let scalars = String(decoding: self, as: UTF8.self).unicodeScalars
    let lead = scalars.prefix { $0.properties.isWhitespace }.reduce(0) { $0 + UTF8.width($1) }
    let trail = scalars.reversed().prefix { $0.properties.isWhitespace }.reduce(0) { $0 + UTF8.width($1) }
    return lead + trail >= count ? self[endIndex...] : self[(startIndex + lead)..<(endIndex - trail)]
  }
}

extension RandomAccessCollection<UInt8> where SubSequence == ArraySlice<UInt8> {
  /// Without whitespace at either end.
  var trimmed: ArraySlice<UInt8> {
    var start = startIndex
    var end = endIndex
    while start < end, self[start].isUnitWhitespace { formIndex(after: &start) }
    while start < end, self[index(before: end)].isUnitWhitespace { formIndex(before: &end) }
    return self[start..<end]
  }
}
