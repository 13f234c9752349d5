import Foundation
import HardwareIdentity
import HostFS
import TestSupport

/// A machine's `/proc` and `/sys` in a folder, made from a list: `PATH = TEXT` (a line of the file), `PATH =x DIGITS`
/// (bytes), `PATH -> TARGET` (a link), `PATH/` (a folder).
struct MachineTree {
  private let folder: TemporaryFolder

  /// The folder.
  var path: String { folder.url.path }

  /// The machine of that fixture, with every `old` in the list replaced, and `more` added.
  init(_ name: String, replacing: [String: String] = [:], without: [String] = [], more: String = "") throws {
    folder = try TemporaryFolder()
    let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
    var list = try String(contentsOf: fixtures.appendingPathComponent("\(name).tree"), encoding: .utf8)
    for (old, new) in replacing {
      if !list.contains(old) { throw Absent(text: old) }
      list = list.replacingOccurrences(of: old, with: new)
    }
    for line in list.split(separator: "\n") where !line.hasPrefix("#") {
      if without.contains(where: { line.contains($0) }) { continue }
      try make(String(line))
    }
    for line in more.split(separator: "\n") { try make(String(line)) }
  }

  struct Absent: Error { var text: String }

  private func make(_ line: String) throws {
    func url(_ path: Substring) throws -> URL {
      let url = folder.url.appendingPathComponent(String(path))
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      return url
    }
    if let range = line.range(of: " -> ") {
      try FileManager.default.createSymbolicLink(
        atPath: try url(line[..<range.lowerBound]).path, withDestinationPath: String(line[range.upperBound...]))
    } else if let range = line.range(of: " =x ") {
      let digits = Array(line[range.upperBound...])
      let pairs = stride(from: 0, to: digits.count - 1, by: 2).map { String(digits[$0...$0 + 1]) }
      try Data(pairs.compactMap { UInt8($0, radix: 16) }).write(to: try url(line[..<range.lowerBound]))
    } else if let range = line.range(of: " =") {
      let file = try url(line[..<range.lowerBound])
      var data = FileManager.default.contents(atPath: file.path) ?? Data()
      data.append(contentsOf: Array(line[range.upperBound...].dropFirst().utf8) + [10])
      try data.write(to: file)
    } else {
      try FileManager.default.createDirectory(at: try url(line[...]), withIntermediateDirectories: true)
    }
  }

  /// The facts of this machine.
  func facts(
    credentials: String? = nil, key: HardwareFacts.EndorsementKey = .absent("this machine has no TPM")
  ) throws -> HardwareFacts {
    HardwareFacts(reading: try HostRoot(rootfs: path), credentials: credentials, endorsementKey: key)
  }
}

extension HardwareFacts {
  /// The parts of a fact as a text, or why it is absent.
  func words(_ name: FactName) -> String {
    switch self[name] {
    case .present(let value): value.parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    case .absent(let absence): "absent: \(absence)"
    }
  }

  /// Where a fact was read.
  func sources(_ name: FactName) -> [String] {
    if case .present(let value) = self[name] { return value.sources }
    return []
  }
}
