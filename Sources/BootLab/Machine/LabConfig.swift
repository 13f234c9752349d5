import Diagnostics

/// The config that a virtual machine boots from: the node's own, merged by the real Ignition with what measures the machine.
enum LabConfig {
  /// The config around `node`, as JSON of Ignition's spec 3.0.0, whose merged configs may be of any later one.
  static func measuring(_ node: [UInt8], lastProof: String) -> [UInt8] {
    let unit: JSONText = .object([
      .init("name", .string(CPUFactor.unit)), .init("enabled", .boolean(true)),
      .init("contents", .string(CPUFactor.unitText(after: lastProof))),
    ])
    let merged: JSONText = .object([.init("source", .string("data:;base64," + base64(node)))])
    return JSONText.object([
      .init(
        "ignition",
        .object([
          .init("version", .string("3.0.0")), .init("config", .object([.init("merge", .array([merged]))])),
        ])), .init("systemd", .object([.init("units", .array([unit]))])),
    ]).compact
  }

  /// Base 64 of RFC 4648.
  static func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.enumerated().reduce(0) { $0 | Int($1.element) << (16 - 8 * $1.offset) }
      for index in 0..<4 {
        text.append(index <= group.count ? digits[bits >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
