import Fuzzing
import Ignition

/// What holds for a resource whose bytes are in the config.
enum ResourceCheck {
  private static let limit = 1 << 20

  /// Ends the process where the bytes of `resource` do not survive being packed again, or where they must decode and
  /// do not.
  static func check(_ resource: IgnitionConfig.Resource, mustDecode: Bool) {
    guard resource.isInline else { return }
    let bytes: [UInt8]
    do throws(DataURLError) {
      bytes = try resource.inlineBytes(limit: limit)
    } catch {
      // What is inside gzip nobody looks at before the machine does.
      expect(
        !mustDecode || !(resource.compression ?? "").isEmpty, "accepted, and cannot be decoded: \(error.description)")
      return
    }
    for compressed in [false, true] {
      let again = IgnitionConfig.Resource(inline: bytes, compressed: compressed)
      expect((try? again.inlineBytes(limit: limit)) == bytes, "other bytes after packing, compressed: \(compressed)")
    }
  }
}
