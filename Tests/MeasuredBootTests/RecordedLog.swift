import BaseEncodings
import Foundation
import MeasuredBoot
import TPMStructures
import TestSupport

/// A boot that was recorded: Fixtures/README.md says how.
enum RecordedLog {
  static let folder = SharedFolder.checkout.appendingPathComponent("Tests/MeasuredBootTests/Fixtures")

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appendingPathComponent(name)))
  }

  static func log(_ name: String) throws -> EventLog { try EventLog(parsing: try bytes("\(name).eventlog")) }

  /// What the TPM said at the end of that boot, PCRs 0 to 23.
  static func live(_ name: String, _ bank: HashAlgorithm) throws -> [Int: [UInt8]] {
    let text = String(decoding: try bytes("\(name).pcrs"), as: UTF8.self)
    var values: [Int: [UInt8]] = [:]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 4, words[1] == bank.description, let pcr = Int(words[2]) else { continue }
      values[pcr] = Hexadecimal.bytes(words[3])
    }
    return values
  }

  /// The PCRs that firmware and boot loader extend. PCR 10 is the running kernel's.
  static let pcrs = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 14]
}
