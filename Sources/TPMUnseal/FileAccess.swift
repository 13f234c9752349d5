/// Whose a released file is, and who may read it.
public struct FileAccess: Sendable, Hashable {
  /// The owner's number; `nil` leaves the process's own.
  public var user: UInt32?
  /// The group's number; `nil` leaves the process's own.
  public var group: UInt32?
  /// The permissions, 0400 unless told otherwise. Nothing secret is ever writable by others, or readable by everybody.
  public var mode: UInt32
  /// The SELinux context (`system_u:object_r:container_file_t:s0`); `nil` leaves what the folder gives.
  public var selinuxContext: String?

  /// Access for the owner alone.
  public init(user: UInt32? = nil, group: UInt32? = nil, mode: UInt32 = 0o400, selinuxContext: String? = nil) {
    self.user = user
    self.group = group
    self.mode = mode
    self.selinuxContext = selinuxContext
  }

  /// `UID:GID`, both decimal numbers; names are refused, because the container's users are not the host's.
  public static func owner(_ text: String) -> (user: UInt32, group: UInt32)? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let user = number(parts[0], radix: 10), let group = number(parts[1], radix: 10) else {
      return nil
    }
    return (user, group)
  }

  /// Octal permissions: reading and writing for the owner, reading for the group, nothing else.
  public static func mode(_ text: String) -> UInt32? {
    guard (3...4).contains(text.utf8.count), let mode = number(text[...], radix: 8) else { return nil }
    return mode & ~0o640 == 0 && mode & 0o400 != 0 ? mode : nil
  }

  // `UInt32("+1")` is a number too; here it is not.
  private static func number(_ text: Substring, radix: Int) -> UInt32? {
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
    // -1 means "leave as it is" to chown(2).
    return UInt32(text, radix: radix).flatMap { $0 == UInt32.max ? nil : $0 }
  }
}
