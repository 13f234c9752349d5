import Fuzzing
import Ignition

/// Any bytes as an Ignition config; what starts like one, as gzip or as a `data:` URL, too.
@main
struct FuzzJSON {
  static func main() {
    Fuzzer.run { start, count in
      let bytes = Fuzzer.bytes(start, count)
      if bytes.starts(with: [0x1F, 0x8B]) {
        ResourceCheck.check(.init(source: DataURL.encode(bytes), compression: "gzip"), mustDecode: false)
      } else if bytes.starts(with: "data:".utf8) {
        ResourceCheck.check(.init(source: String(decoding: bytes, as: UTF8.self)), mustDecode: false)
      } else {
        ConfigCheck(bytes).check()
      }
      return 0
    }
  }
}
