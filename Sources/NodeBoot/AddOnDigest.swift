import Crypto
import LocalFiles

extension AddOnManifest.AddOn {
  /// SHA-256 in hexadecimal over everything that it applies: a file's bytes, or Cilium's program, chart, version and
  /// values' bytes. Equal on every master with the same image.
  func digest() throws(AddOnFault) -> String {
    switch self {
    case .objects(let objects):
      return Self.digest([Array("objects".utf8), try Self.read(objects.path)])
    case .cilium(let cilium):
      let words = ["cilium", cilium.program, cilium.chartDirectory, cilium.version]
      return Self.digest(words.map { Array($0.utf8) } + [try Self.read(cilium.values)])
    }
  }

  /// Each field after its length, so that no two lists of fields are the same bytes.
  private static func digest(_ fields: [[UInt8]]) -> String {
    var hash = SHA256()
    for field in fields {
      hash.update(data: Array("\(field.count):".utf8))
      hash.update(data: field)
    }
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  private static func read(_ path: String) throws(AddOnFault) -> [UInt8] {
    do throws(RegularFile.Fault) {
      return try RegularFile(path: path, limit: 64 << 20).contents()
    } catch {
      throw AddOnFault(error.asRefusal)
    }
  }
}
