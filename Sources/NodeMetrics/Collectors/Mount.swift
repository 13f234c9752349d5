public import HostFS

/// A mounted file system. Source: proc(5), `/proc/[pid]/mountinfo`, and statfs(2).
public struct Mount: Sendable, Hashable {
  /// What is mounted: `/dev/vda`, `server:/export`.
  public var device: String
  /// Where, on the host.
  public var mountPoint: String
  /// `ext4`, `xfs`, `nfs4`.
  public var type: String
  /// The device number's major part; 0 for a file system without a device.
  public var major: UInt64
  /// The device number's minor part.
  public var minor: UInt64
  /// Which folder of the file system is mounted: `/` but for bind mounts and subvolumes.
  public var root: String
  /// Whether it cannot be written to, for whatever reason.
  public var isReadOnly: Bool
  /// Whether it was mounted to be written to and the file system itself is read-only now, as after an error with
  /// `errors=remount-ro`.
  public var wasForcedReadOnly: Bool
  /// The mount point that stands before this one and shows the same device; `nil` for the first.
  public var duplicateOf: String?
  /// What it has and has left.
  public var space: Outcome<FileSystemSpace> = .unavailable(.notCollected)

  /// A line of mountinfo: `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`.
  static func parse(_ line: ByteText, _ number: Int) throws(Malformed) -> Mount {
    var line = line
    for _ in 0..<2 { _ = try line.nextUnsigned().orMalformed(number) }
    var minor = try line.nextField().orMalformed(number)
    let major = try minor.next(before: UInt8(ascii: ":")).flatMap(\.unsigned).orMalformed(number)
    let root = try line.nextField().orMalformed(number)
    let mountPoint = try line.nextField().orMalformed(number)
    let options = try line.nextField().orMalformed(number)
    // Any number of optional fields, then a dash.
    while try !(line.nextField().orMalformed(number) == "-") {}
    let type = try line.nextField().orMalformed(number)
    // A device may have no name at all, which leaves nothing between two blanks.
    let device = line[1] == UInt8(ascii: " ") ? ByteText(.init(start: nil, count: 0)) : line.nextField()
    let superOptions = line.nextField()
    let isMountReadOnly = has(options, "ro")
    let isSuperReadOnly = superOptions.map { has($0, "ro") } ?? false
    return Mount(
      device: unescaped(try device.orMalformed(number)), mountPoint: unescaped(mountPoint), type: type.string,
      major: major, minor: try minor.unsigned.orMalformed(number), root: unescaped(root),
      isReadOnly: isMountReadOnly || isSuperReadOnly, wasForcedReadOnly: isSuperReadOnly && !isMountReadOnly)
  }

  private static func has(_ options: ByteText, _ option: StaticString) -> Bool {
    var rest = options
    while let next = rest.next(before: UInt8(ascii: ",")) {
      if next == option { return true }
    }
    return rest == option
  }

  /// Blanks, tabs, line ends, `#` and backslashes stand as `\040`, three octal digits.
  static func unescaped(_ text: ByteText) -> String {
    guard text.firstIndex(of: UInt8(ascii: "\\")) != nil else { return text.string }
    var bytes: [UInt8] = []
    var index = 0
    while let byte = text[index] {
      if byte == UInt8(ascii: "\\"), let value = octal(text.dropFirst(index + 1).prefix(3)) {
        bytes.append(value)
        index += 4
      } else {
        bytes.append(byte)
        index += 1
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func octal(_ digits: ByteText) -> UInt8? {
    guard digits.count == 3 else { return nil }
    var value = 0
    for index in 0..<3 {
      guard let digit = digits[index], digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "7") else { return nil }
      value = value * 8 + Int(digit - UInt8(ascii: "0"))
    }
    return UInt8(exactly: value)
  }

  /// Whether the file system lives on another machine or in another process, which may not answer.
  var isRemote: Bool {
    type.hasPrefix("nfs") || type.hasPrefix("fuse") || type.hasPrefix("ceph") || type == "cifs" || type == "smb3"
      || type == "9p" || type == "afs" || type == "gfs2" || type == "ocfs2" || type == "virtiofs"
  }
}
