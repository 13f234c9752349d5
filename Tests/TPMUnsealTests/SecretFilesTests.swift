import Foundation
import SecretMemory
import TestSupport
import Testing

@testable import TPMUnseal

@Suite("Released files", .enabled(if: MemoryTestFolder.isThere))
struct SecretFilesTests {
  private let memory: MemoryTestFolder
  private let folder: TemporaryFolder
  private let system: MemoryFolder.System

  init() throws {
    memory = try MemoryTestFolder()
    folder = try TemporaryFolder()
    system = try Self.system(folder, swaps: [])
  }

  /// A machine with those lines in /proc/swaps, and its own mounts or those given.
  private static func system(
    _ folder: TemporaryFolder, swaps: [String], mounts: String? = nil
  ) throws -> MemoryFolder.System {
    var system = MemoryFolder.System()
    let head = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority"
    system.swaps = try folder.write(([head] + swaps).map { $0 + "\n" }.joined(), to: "swaps").path
    if let mounts { system.mounts = try folder.write(mounts, to: "mounts").path }
    return system
  }

  private func item(
    _ name: String, _ bytes: [UInt8] = Sample.secretBytes, _ access: FileAccess = FileAccess()
  ) throws -> SecretFiles.Item {
    SecretFiles.Item(path: "\(memory.path)/\(name)", secret: try SecretBytes.of(bytes), access: access)
  }

  private func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: "\(memory.path)/\(name)")))
  }

  private func status(_ name: String) throws -> (owner: UInt32, group: UInt32, mode: UInt32) {
    var status = stat()
    guard lstat("\(memory.path)/\(name)", &status) == 0 else { throw CocoaError(.fileReadNoSuchFile) }
    return (status.st_uid, status.st_gid, status.st_mode)
  }

  @Test("a file holds the secret byte by byte, without a newline, and is the owner's alone")
  func content() throws {
    let all = (0...255).map { UInt8($0) }
    try SecretFiles.write([try item("a", all), try item("empty", [])], system: system)
    #expect(try bytes("a") == all && bytes("empty") == [])
    #expect(try memory.names() == ["a", "empty"])
    let status = try status("a")
    #expect(status.owner == geteuid() && status.group == getegid() && status.mode == S_IFREG | 0o400)
  }

  @Test("owner, group and mode are those that were asked for, whatever the umask", .enabled(if: geteuid() == 0))
  func access() throws {
    try SecretFiles.write(
      [
        try item("a", [1], FileAccess(user: 100, group: 1000)),
        try item("b", [2], FileAccess(user: 0, group: 4_294_967_294, mode: 0o440)),
        try item("c", [3], FileAccess(mode: 0o640)),
      ], system: system)
    #expect(try status("a") == (100, 1000, S_IFREG | 0o400))
    #expect(try status("b") == (0, 4_294_967_294, S_IFREG | 0o440))
    #expect(try status("c") == (0, 0, S_IFREG | 0o640))
  }

  @Test("a second release replaces the files, and whoever reads the old one keeps reading the old one")
  func again() throws {
    try SecretFiles.write([try item("a", Array("first".utf8))], system: system)
    let reader = try FileHandle(forReadingFrom: URL(fileURLWithPath: "\(memory.path)/a"))
    try SecretFiles.write([try item("a", Array("2nd".utf8))], system: system)
    #expect(try bytes("a") == Array("2nd".utf8))
    #expect(try reader.readToEnd() == Data("first".utf8))
  }

  @Test("where one of several cannot be written there is none", arguments: 0..<3)
  func allOrNone(_ bad: Int) throws {
    for obstacle in ["a folder", "a folder beside", "no parent"] {
      var items = try ["a", "b", "c"].map { try item($0) }
      var kept: [String] = []
      switch obstacle {
      case "a folder":
        kept = [["a", "b", "c"][bad]]
        try FileManager.default.createDirectory(atPath: items[bad].path, withIntermediateDirectories: false)
      case "a folder beside":
        kept = [".\(["a", "b", "c"][bad]).ll-new"]
        try FileManager.default.createDirectory(
          atPath: "\(memory.path)/\(kept[0])", withIntermediateDirectories: false)
      default: items[bad].path = "\(memory.path)/missing/\(bad)"
      }
      #expect(throws: ReleaseError.self, "\(obstacle)") { try SecretFiles.write(items, system: system) }
      #expect(try memory.names() == kept, "\(obstacle)")
      for name in kept { try FileManager.default.removeItem(atPath: "\(memory.path)/\(name)") }
    }
  }

  @Test("a foreign owner that cannot be given is an error and no file", .enabled(if: geteuid() != 0))
  func notRoot() throws {
    let items = [try item("a", [1], FileAccess(user: 0, group: 0))]
    #expect(throws: ReleaseError.self) { try SecretFiles.write(items, system: system) }
    #expect(try memory.names().isEmpty)
  }

  @Test("what a killed run left beside is removed, a link there is not followed, and other files are left alone")
  func leftovers() throws {
    let victim = try folder.write("untouched", to: "victim").path
    try FileManager.default.createSymbolicLink(atPath: "\(memory.path)/.a.ll-new", withDestinationPath: victim)
    try Data([1]).write(to: URL(fileURLWithPath: "\(memory.path)/.b.ll-new"))
    try Data([2]).write(to: URL(fileURLWithPath: "\(memory.path)/other"))
    // The target itself as a link: replaced, not followed.
    try FileManager.default.createSymbolicLink(atPath: "\(memory.path)/a", withDestinationPath: victim)
    try SecretFiles.write([try item("a"), try item("b")], system: system)
    #expect(try folder.text("victim") == "untouched")
    #expect(try memory.names() == ["a", "b", "other"])
    #expect(try bytes("a") == Sample.secretBytes && status("a").mode == S_IFREG | 0o400)
    try Data([1]).write(to: URL(fileURLWithPath: "\(memory.path)/.b.ll-new"))
    try SecretFiles.remove(["a", "b", "never"].map { "\(memory.path)/\($0)" })
    #expect(try memory.names() == ["other"])
  }

  @Test("what cannot be unlinked is told once everything else is gone")
  func removal() throws {
    try SecretFiles.write([try item("b")], system: system)
    try FileManager.default.createDirectory(atPath: "\(memory.path)/a", withIntermediateDirectories: false)
    #expect(throws: ReleaseError.self) { try SecretFiles.remove(["a", "b"].map { "\(memory.path)/\($0)" }) }
    #expect(try memory.names() == ["a"])
  }

  // MARK: Folders

  @Test("a folder on a disk is refused, before anything is written anywhere")
  func disk() throws {
    let kind = try Command(["stat", "-f", "-c", "%T", folder.url.path]).output
    try #require(!kind.hasPrefix("tmpfs"), "the temporary folder of this machine is no disk")
    var items = [try item("a"), try item("b")]
    items[1].path = folder.url.appendingPathComponent("b").path
    #expect(throws: ReleaseError.notInMemory(folder: folder.url.path)) { try SecretFiles.write(items, system: system) }
    #expect(try memory.names().isEmpty)
    #expect(!FileManager.default.fileExists(atPath: items[1].path))
  }

  @Test("a folder that others may write into is refused, unless it is sticky", arguments: [0o777, 0o770, 0o722, 0o702])
  func openFolder(mode: Int) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: memory.path)
    #expect(throws: ReleaseError.openFolder(folder: memory.path, mode: UInt32(mode))) {
      try SecretFiles.write([try item("a")], system: system)
    }
    #expect(try memory.names().isEmpty)
    #expect(chmod(memory.path, UInt32(mode) | 0o1000) == 0)
    try SecretFiles.write([try item("a")], system: system)
    #expect(try memory.names() == ["a"])
  }

  @Test("a tmpfs that may be swapped out is refused while there is a swap device; zram and noswap are none")
  func swap() throws {
    var status = stat()
    try #require(stat(memory.path, &status) == 0)
    let number = "\(status.st_dev >> 8 & 0xFFF):\(status.st_dev & 0xFF)"
    func mounts(_ options: String) -> String {
      """
      21 1 0:19 / /proc rw shared:1 - proc proc rw
      22 1 9:9 / /other rw - tmpfs tmpfs rw,noswap
      25 1 \(number) / /dev/shm rw,nosuid,nodev shared:5 - tmpfs tmpfs \(options)

      """
    }
    let partition = "/dev/dm-1                               partition\t8388604\t\t0\t\t-2"
    let zram = "/dev/zram0                              partition\t8388604\t\t0\t\t100"
    let refusal = ReleaseError.swappable(folder: memory.path, device: "/dev/dm-1")
    for (swaps, options, expected) in [
      ([], "rw,size=64k", nil), ([zram], "rw", nil), ([partition], "rw,noswap,inode64", nil),
      ([zram, partition], "rw,noswap", nil), ([partition], "rw,inode64", refusal), ([zram, partition], "rw", refusal),
      ([partition], "rw,size=noswap", refusal),
    ] as [([String], String, ReleaseError?)] {
      let system = try Self.system(folder, swaps: swaps, mounts: mounts(options))
      if let expected {
        #expect(throws: expected) { try SecretFiles.write([try item("a")], system: system) }
        #expect(try memory.names().isEmpty)
      } else {
        try SecretFiles.write([try item("a")], system: system)
        try SecretFiles.remove(["\(memory.path)/a"])
      }
    }
    // A mount that is not in the list is not known to be safe.
    let unknown = try Self.system(folder, swaps: [partition], mounts: "")
    #expect(throws: refusal) { try SecretFiles.write([try item("a")], system: unknown) }
  }

  @Test("a folder that is missing, or a file, is refused")
  func noFolder() throws {
    try Data().write(to: URL(fileURLWithPath: "\(memory.path)/file"))
    for (path, code) in [("\(memory.path)/missing/a", ENOENT), ("\(memory.path)/file/a", ENOTDIR)] {
      let folder = String(path.dropLast(2))
      let error = #expect(throws: ReleaseError.self) {
        try SecretFiles.write(
          [SecretFiles.Item(path: path, secret: try SecretBytes.of([1]), access: FileAccess())], system: system)
      }
      guard case .system(_, folder, code) = error else {
        #expect(Bool(false), "\(String(describing: error))")
        continue
      }
    }
  }

  // MARK: Authorization values

  @Test("an authorization value is made once: 32 random bytes, readable by its owner alone")
  func authorizationValue() throws {
    let path = folder.url.appendingPathComponent("auth").path
    // A run that was killed left a part of one.
    try Data([1, 2]).write(to: URL(fileURLWithPath: path + ".new"))
    let first = try AuthorizationFile.readOrMake(path)
    #expect(first.count == 32)
    #expect(try AuthorizationFile.readOrMake(path) == first)
    #expect(try AuthorizationFile.read(path) == first)
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o7777 == 0o400)
    #expect(!FileManager.default.fileExists(atPath: path + ".new"))
    let other = try AuthorizationFile.readOrMake(folder.url.appendingPathComponent("other").path)
    #expect(other != first)
  }

  @Test("a file that is no authorization value is refused, and not replaced", arguments: [0, 31, 33, 4096])
  func wrongSize(_ size: Int) throws {
    let path = folder.url.appendingPathComponent("auth").path
    try Data(count: size).write(to: URL(fileURLWithPath: path))
    #expect(throws: UnsealError.self) { try AuthorizationFile.readOrMake(path) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == size)
  }

  @Test("a link to nowhere is not followed when a value is made")
  func danglingLink() throws {
    let path = folder.url.appendingPathComponent("auth").path
    let target = folder.url.appendingPathComponent("elsewhere").path
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    #expect(throws: UnsealError.self) { try AuthorizationFile.readOrMake(path) }
    #expect(!FileManager.default.fileExists(atPath: target))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == ["auth", "swaps"])
  }
}
