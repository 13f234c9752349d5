public import SecretMemory

/// A QR code, model 2, error correction level M, version 1 to 20 (ISO/IEC 18004). What it says may be secret, and so
/// its modules are kept where secrets are.
public struct QRCode: Sendable, Equatable {
  /// Modules on each side, without the quiet zone: 21 to 97, four more with each version.
  public let size: Int
  // A byte for each module, row after row: 1 where it is dark.
  private let modules: SecretBytes

  /// Modules of the quiet zone that must be light on each side.
  static let quietZone = 4

  /// A code in the alphanumeric mode: digits, capitals, blanks and `$%*+-./:`. Small letters become capitals. At most
  /// 970 characters.
  public init(alphanumeric text: SecretBytes) throws(RecoveryError) { try self.init(.alphanumeric(text)) }

  /// A code in the byte mode: at most 666 bytes. Readers take them for UTF-8.
  public init(bytes: SecretBytes) throws(RecoveryError) { try self.init(.bytes(bytes)) }

  /// The code with the least penalty, or with the mask that is given, 0 to 7.
  init(_ content: QRCodeContent, mask: Int? = nil) throws(RecoveryError) {
    guard let version = content.version else { throw .codeCapacity(content.count) }
    let codewords = try QRCodeCorrection.interleaved(content.codewords(version), version)
    var best: (modules: SecretBytes, penalty: Int)?
    for mask in mask.map({ $0...$0 }) ?? 0...7 {
      let modules = try SecretBytes.filled(count: version.size * version.size) { buffer in
        codewords.withUnsafeBytes { QRCodeMatrix(buffer, version).draw($0, mask: mask) }
      }
      let penalty = modules.withUnsafeBytes { QRCodePenalty.points($0, size: version.size) }
      if penalty < best?.penalty ?? .max { best = (modules, penalty) }
    }
    guard let best else { throw .codeCapacity(content.count) }
    size = version.size
    modules = best.modules
  }

  /// Whether the module in column `x` and row `y`, from 0 at the upper left, is dark. Everything outside is light.
  public subscript(x: Int, y: Int) -> Bool {
    guard (0..<size).contains(x), (0..<size).contains(y) else { return false }
    return modules.withUnsafeBytes { $0[y * size + x] } == 1
  }
}
