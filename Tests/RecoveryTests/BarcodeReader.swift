import Foundation
import TestSupport
import Testing

@testable import Recovery

/// A grey picture of modules, and `zbarimg` (zbar-tools), which reads it.
struct Picture {
  /// Rows of modules, true where dark.
  var rows: [[Bool]]

  /// The code with its quiet zone.
  init(_ code: QRCode) {
    let range = -4..<(code.size + 4)
    rows = range.map { y in range.map { code[$0, y] } }
  }

  /// What a page of half blocks shows: dark characters on light paper, or light ones on a dark terminal.
  init(halfBlocks text: String, on surface: QRCode.Surface) {
    let inked: [Character: (Bool, Bool)] = ["█": (true, true), "▀": (true, false), "▄": (false, true)]
    rows = text.split(separator: "\n").flatMap { line in
      let pairs = line.map { inked[$0] ?? (false, false) }
      return [pairs.map(\.0), pairs.map(\.1)].map { $0.map { $0 != (surface == .darkTerminal) } }
    }
  }

  /// Portable graymap (pgm(5)), four pixels for a module.
  var graymap: Data {
    let scale = 4
    let width = (rows.first?.count ?? 0) * scale
    var data = Data("P5 \(width) \(rows.count * scale) 255\n".utf8)
    for row in rows {
      let line = row.flatMap { [UInt8](repeating: $0 ? 0 : 255, count: scale) }
      for _ in 0..<scale { data.append(contentsOf: line) }
    }
    return data
  }
}

enum BarcodeReader {
  static let isInstalled = (try? Command(["zbarimg", "--version"]).status) == 0

  /// What zbarimg reads in each picture; an empty text where it reads nothing.
  static func read(_ pictures: [Picture]) throws -> [String] {
    let folder = try TemporaryFolder()
    var found: [String] = []
    for (index, picture) in pictures.enumerated() {
      let file = folder.url.appendingPathComponent("\(index).pgm")
      try picture.graymap.write(to: file)
      let command = try Command(["zbarimg", "-q", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable", file.path])
      found.append(command.output.hasSuffix("\n") ? String(command.output.dropLast()) : command.output)
    }
    return found
  }
}
