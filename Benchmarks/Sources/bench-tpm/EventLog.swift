/// The measurements of a recorded boot, read by as much of the TCG PC Client Platform Firmware Profile (10, *Event
/// Logging*) as that takes.
enum EventLog {
  /// Each as tpm2_pcrextend takes it: `7:sha256=…,sha384=…`.
  static func measurements(of path: String) -> [String] {
    var rest = Node.bytes(path)[...]
    func number(_ count: Int) -> Int {
      guard rest.count >= count else { fail("\(path) ends too early", 3) }
      defer { rest = rest.dropFirst(count) }
      return rest.prefix(count).reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    // The first event, in the old form, tells the form of the others: PCR, type, SHA-1 digest, its data.
    _ = number(8)
    rest = rest.dropFirst(20)
    let header = number(4)
    rest = rest.dropFirst(header)
    let algorithms = [0x04: ("sha1", 20), 0x0B: ("sha256", 32), 0x0C: ("sha384", 48), 0x0D: ("sha512", 64)]
    var measurements: [String] = []
    while !rest.isEmpty {
      let (pcr, type) = (number(4), number(4))
      var digests: [String] = []
      for _ in 0..<number(4) {
        guard let (name, size) = algorithms[number(2)] else { fail("\(path) has a digest that is not known", 3) }
        digests.append("\(name)=" + rest.prefix(size).map { hex($0) }.joined())
        rest = rest.dropFirst(size)
      }
      let size = number(4)
      rest = rest.dropFirst(size)
      let isNoAction = type == 3
      if !isNoAction { measurements.append("\(pcr):\(digests.joined(separator: ","))") }
    }
    return measurements
  }

  private static func hex(_ byte: UInt8) -> String {
    let text = String(byte, radix: 16)
    return text.count == 1 ? "0" + text : text
  }
}
