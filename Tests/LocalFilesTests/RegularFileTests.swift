import Foundation
import Glibc
import LocalFiles
import TestSupport
import Testing

@Suite("A file that is read")
struct RegularFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func contents(
    _ path: String, limit: Int = 1 << 20, links: RegularFile.Links = .followed
  ) -> Result<[UInt8], RegularFile.Fault> {
    do throws(RegularFile.Fault) {
      return .success(try RegularFile(path: path, limit: limit, links: links).contents())
    } catch {
      return .failure(error)
    }
  }

  @Test("is read whole", arguments: [0, 1, 4095, 4096, 4097, (1 << 20) + 1, 3 << 20])
  func whole(_ count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let path = folder.url.path + "/file"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    #expect(contents(path, limit: count) == .success(bytes))
    if count > 0 { #expect(contents(path, limit: count - 1) == .failure(.tooLong(limit: count - 1))) }
  }

  @Test("is read although it has no size, as those of the kernel")
  func kernel() throws {
    let expected = try Command(["cat", "/proc/version"]).output
    #expect(contents("/proc/version") == .success(Array(expected.utf8)))
    #expect(contents("/proc/version", limit: 8) == .failure(.tooLong(limit: 8)))
  }

  @Test("is nothing else, and nobody waits for what is")
  func others() throws {
    let pipe = folder.url.path + "/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    for path in [pipe, "/dev/zero", folder.url.path] {
      #expect(contents(path) == .failure(.notRegular), "\(path)")
      #expect(contents(path, links: .refused) == .failure(.notRegular), "\(path)")
    }
    #expect(contents(folder.url.path + "/none") == .failure(.missing))
    #expect(contents("/proc/version/x") == .failure(.unreadable(code: ENOTDIR)))
  }

  @Test("stands at a link's end only where links are followed")
  func links() throws {
    let target = try folder.write("text", to: "target").path
    let link = folder.url.path + "/link"
    #expect(symlink(target, link) == 0)
    #expect(contents(link) == .success(Array("text".utf8)))
    #expect(contents(link, links: .refused) == .failure(.unreadable(code: ELOOP)))
    #expect(contents(target, links: .refused) == .success(Array("text".utf8)))
  }

  @Test("fills memory of the caller's, and is noticed to have become shorter")
  func buffer() throws {
    let path = try folder.write("secret", to: "file").path
    let file = try RegularFile(path: path, limit: 100)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 7, alignment: 1)
    defer { memory.deallocate() }
    try file.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<6]))
    #expect(Array(memory[..<6]) == Array("secret".utf8))
    let again = try RegularFile(path: path, limit: 100)
    #expect(truncate(path, 3) == 0)
    do throws(RegularFile.Fault) {
      try again.read(into: memory)
      Issue.record("seven bytes of three")
    } catch {
      #expect(error == .changing)
      #expect(error.isTransient)
    }
  }

  @Test("has another stamp after another file took its place, and after its mode changed")
  func stamp() throws {
    let path = try folder.write("text", to: "file").path
    let first = try #require(FileStamp(path: path))
    #expect(FileStamp(path: path) == first)
    #expect(first.size == 4)
    try DurableFile(path: path).replace(with: Array("text".utf8))
    let second = try #require(FileStamp(path: path))
    #expect(second != first && !second.isWorldReadable)
    #expect(chmod(path, 0o644) == 0)
    let third = try #require(FileStamp(path: path))
    #expect(third != second && third.isWorldReadable)
    #expect(FileStamp(path: path + "x") == nil)
  }
}

@Suite("A folder of ours")
struct LocalFolderTests {
  @Test(
    "holds what its path says",
    arguments: [("/a/b", "/a"), ("/a", "/"), ("a", "."), ("a/b", "a"), ("/", "/"), ("./a", ".")])
  func holding(_ path: String, _ folder: String) { #expect(LocalFolder(holding: path).path == folder) }

  @Test("is made once, and its names are told in order; where it is not, nothing is in it")
  func names() throws {
    let place = try TemporaryFolder()
    let folder = LocalFolder(path: place.url.path + "/state")
    #expect(try folder.names() == nil)
    try folder.make()
    try folder.make()
    #expect(
      try FileManager.default.attributesOfItem(atPath: folder.path)[.posixPermissions] as? Int == 0o700)
    #expect(try folder.names() == [])
    for name in ["b", ".hidden", "a"] { try place.write("", to: "state/\(name)") }
    #expect(try folder.names() == [".hidden", "a", "b"])
    #expect(throws: FileFault(.read, folder.path + "/a", code: ENOTDIR)) {
      try LocalFolder(path: folder.path + "/a").names()
    }
    #expect(throws: FileFault(.make, folder.path + "/x/y", code: ENOENT)) {
      try LocalFolder(path: folder.path + "/x/y").make()
    }
  }
}
