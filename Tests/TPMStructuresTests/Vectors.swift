import BaseEncodings
import Foundation
import SecretMemory
import TPMStructures
import Testing

/// Vectors that others made: `key hexadecimal` lines of a file in Fixtures (the scripts beside it made them).
struct Vectors {
  private let lines: [(key: String, bytes: [UInt8])]

  /// Made by swtpm and tpm2-tools.
  static let tools = Result { try Vectors("vectors.txt") }
  /// Made by an implementation in Python.
  static let derivations = Result { try Vectors("derivations.txt") }

  private init(_ file: String) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
    let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
    lines = try text.split(separator: "\n").map { line in
      let words = line.split(separator: " ")
      return (String(words[0]), try #require(Hexadecimal.bytes(words[1])))
    }
  }

  /// The keys that begin with `prefix`, without it.
  func keys(_ prefix: String) -> [String] {
    lines.map(\.key).filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
  }

  /// The bytes under `key`.
  func callAsFunction(_ key: String) throws -> [UInt8] { try #require(all(key).first, "no vector \(key)") }

  /// The bytes of every line with `key`.
  func all(_ key: String) -> [[UInt8]] { lines.filter { $0.key == key }.map(\.bytes) }
}

/// `count` bytes, the first `start`, each 7 more than the one before: what the derivations were made from.
func pattern(_ count: Int, _ start: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: start + 7 * $0) }
}

/// A secret with those bytes.
func secret(_ bytes: [UInt8]) throws -> SecretBytes { try bytes.withUnsafeBytes { try SecretBytes(copying: $0) } }

/// A generator whose numbers depend on its seed alone (SplitMix64), so that a failure comes again.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
