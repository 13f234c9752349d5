/// A program's flags as spf13/pflag parses them: which there are, of which type, and the words for what is wrong.
struct FlagSet: Sendable {
  enum Kind: String, Sendable {
    /// `optional` is a string whose value may be left out.
    case string, strings, optional, bool, int, float, duration, ip, quantity, map
  }

  /// Flags by name without dashes.
  var kinds: [String: Kind]

  /// From a table: on each line a type, a colon and names.
  init(_ table: String) {
    kinds = [:]
    for line in table.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])) else { continue }
      for name in parts[1].split(separator: " ") { kinds[String(name)] = kind }
    }
  }

  /// What all components of Kubernetes have (component-base: logs, version, feature gates, klog).
  static let common = """
    bool:help logging-text-split-stream log-json-split-stream log-text-split-stream
    optional:version
    string:logging-format vmodule show-hidden-metrics-for-version
    duration:log-flush-frequency
    quantity:log-text-info-buffer-size log-json-info-buffer-size
    int:v
    map:feature-gates
    """

  static func + (left: FlagSet, right: FlagSet) -> FlagSet {
    var all = left
    all.kinds.merge(right.kinds) { $1 }
    return all
  }

  /// The values in order of the command line.
  func parse(_ arguments: [String]) throws(Refusal) -> Flags {
    var values: [String: [String]] = [:]
    var operands: [String] = []
    var rest = arguments[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("-"), word != "-" else {
        operands.append(word)
        continue
      }
      if word == "--" {
        operands += rest
        break
      }
      guard word.hasPrefix("--") else { throw Refusal("unknown shorthand flag: \(word)") }
      let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard let kind = kinds[name] else { throw Refusal("unknown flag: --\(name)") }
      let value: String
      if parts.count == 2 {
        value = String(parts[1])
      } else if kind == .bool || kind == .optional {
        value = "true"
      } else if let next = rest.popFirst() {
        value = next
      } else {
        throw Refusal("flag needs an argument: --\(name)")
      }
      if let fault = Self.fault(of: value, kind) {
        throw Refusal("invalid argument \"\(value)\" for \"--\(name)\" flag: \(fault)")
      }
      values[name, default: []].append(value)
    }
    return Flags(values: values, operands: operands)
  }

  private static func fault(of value: String, _ kind: Kind) -> String? {
    switch kind {
    case .string, .strings, .optional: return nil
    case .bool:
      let words = ["1", "t", "T", "true", "TRUE", "True", "0", "f", "F", "false", "FALSE", "False"]
      return words.contains(value) ? nil : "strconv.ParseBool: parsing \"\(value)\": invalid syntax"
    case .int: return Int(value) == nil ? "strconv.ParseInt: parsing \"\(value)\": invalid syntax" : nil
    case .float: return Double(value) == nil ? "strconv.ParseFloat: parsing \"\(value)\": invalid syntax" : nil
    case .duration: return GoDuration(value) == nil ? GoDuration.fault(value) : nil
    case .quantity: return Quantity.isOne(value) ? nil : Quantity.fault
    case .ip: return IPText.isAddress(value) ? nil : "failed to parse IP: \"\(value)\""
    case .map:
      let isMap = value.split(separator: ",").allSatisfy { $0.contains("=") }
      return isMap ? nil : "malformed pair, expect string=bool"
    }
  }
}

/// What a command line says.
struct Flags: Sendable, Hashable {
  var values: [String: [String]]
  var operands: [String]

  /// The last value, as pflag takes it.
  func string(_ name: String) -> String? { values[name]?.last }

  /// All values, split at commas.
  func list(_ name: String) -> [String] {
    (values[name] ?? []).flatMap { $0.split(separator: ",").map(String.init) }
  }

  func bool(_ name: String, default value: Bool) -> Bool {
    string(name).map { ["1", "t", "T", "true", "TRUE", "True"].contains($0) } ?? value
  }

  func int(_ name: String, default value: Int) -> Int { string(name).flatMap { Int($0) } ?? value }
}
