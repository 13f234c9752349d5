public import Foundation

/// The ways in which a secret may stand in a file.
public enum Disguises {
  /// A data URL that cannot be decoded.
  public struct Failure: Error {}

  /// `text` raw, in hex both ways, and in base64 at each of the three alignments.
  public static func of(_ text: String) -> [Data] { of(Array(text.utf8)) }

  /// `bytes` likewise.
  public static func of(_ bytes: [UInt8]) -> [Data] {
    let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    var forms = [Data(bytes), Data(hex.utf8), Data(hex.uppercased().utf8)]
    for lead in 0..<3 {
      let padded = Data(repeating: 0, count: lead) + Data(bytes)
      // The first and last characters mix with what stands beside it.
      let base64 = padded.base64EncodedString().dropFirst(lead == 0 ? 0 : 4).prefix(bytes.count * 4 / 3 - 6)
      forms.append(Data(base64.utf8))
    }
    return forms
  }

  /// Everything that a text holds in data URLs, decoded, and gunzipped where it is gzip.
  public static func parts(of data: Data) throws -> [Data] {
    guard let text = String(data: data, encoding: .utf8) else { return [] }
    return try text.components(separatedBy: "\"data:").dropFirst().map { rest in
      let url = rest.prefix { $0 != "\"" }
      guard let comma = url.firstIndex(of: ",") else { throw Failure() }
      let body = String(url[url.index(after: comma)...])
      let decoded =
        url[..<comma].hasSuffix(";base64")
        ? Data(base64Encoded: body) : body.removingPercentEncoding.map { Data($0.utf8) }
      guard let bytes = decoded else { throw Failure() }
      guard bytes.starts(with: [0x1F, 0x8B]) else { return bytes }
      return Data(try Command(["gunzip", "-c"], input: bytes).output.utf8)
    }
  }
}
