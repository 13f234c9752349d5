import Fuzzing
import SystemdUnit

/// Any bytes as a unit file in both dialects, and as command lines and names.
@main
struct FuzzUnit {
  static func main() {
    Fuzzer.run { start, count in
      let bytes = Fuzzer.bytes(start, count)
      for dialect in UnitDialect.allCases { UnitCheck(bytes, dialect).check() }
      let text = String(decoding: bytes, as: UTF8.self)
      CommandCheck.check(text)
      NameCheck.check(text)
      return 0
    }
  }
}
