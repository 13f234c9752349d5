import Foundation
import Glibc
import LocalFiles
import TestSupport
import Testing

@Suite("A file that is replaced")
struct DurableFileTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.url.path + "/kept"
  }

  private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.url.path) }

  private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  @Test("has its new content, its mode and nothing beside it", arguments: [0, 1, 4096, 3 << 20])
  func replace(_ count: Int) throws {
    try folder.write("old", to: "kept")
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try DurableFile(path: path).replace(with: bytes)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(bytes))
    #expect(try mode(path) == 0o600)
    #expect(try names() == ["kept"])
  }

  @Test("gets its mode less the process's mask, or all of it where it must be read by others")
  func mask() throws {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("Umask:") })
    let mask = try #require(line.split(separator: "\t").last.flatMap { Int($0, radix: 8) })
    try DurableFile(path: path).replace(with: [1], mode: 0o666)
    #expect(try mode(path) == 0o666 & ~mask)
    try DurableFile(path: path).replace(with: [1], mode: 0o666, ignoresMask: true)
    #expect(try mode(path) == 0o666)
  }

  enum Leftover: String, CaseIterable, Sendable { case file, link, pipe }

  @Test("does not care what an interrupted run or somebody else left beside it", arguments: Leftover.allCases)
  func leftover(_ kind: Leftover) throws {
    let victim = try folder.write("mine", to: "victim").path
    switch kind {
    case .file: try folder.write("half", to: "kept.new")
    case .link: #expect(symlink(victim, path + ".new") == 0)
    case .pipe: #expect(mkfifo(path + ".new", 0o600) == 0)
    }
    try DurableFile(path: path).replace(with: Array("new".utf8))
    #expect(try folder.text("kept") == "new")
    #expect(try folder.text("victim") == "mine")
    #expect(try names().sorted() == ["kept", "victim"])
  }

  @Test("is the old or the new one at every step, and a run that follows an interrupted one succeeds")
  func steps() throws {
    try folder.write("old", to: "kept")
    var seen: [DurableFile.Step] = []
    var moments: [(step: DurableFile.Step, folder: TemporaryFolder)] = []
    try DurableFile(path: path).replace(with: Array("new".utf8)) { step in
      seen.append(step)
      guard let copy = try? TemporaryFolder() else { return }
      for name in (try? names()) ?? [] {
        try? FileManager.default.copyItem(atPath: "\(folder.url.path)/\(name)", toPath: "\(copy.url.path)/\(name)")
      }
      moments.append((step, copy))
    }
    #expect(seen == [.create, .write, .syncFile, .rename, .syncFolder])
    #expect(moments.count == seen.count)
    for (step, copy) in moments {
      #expect(try copy.text("kept") == (step == .syncFolder ? "new" : "old"))
      try DurableFile(path: copy.url.path + "/kept").replace(with: Array("newer".utf8))
      #expect(try copy.text("kept") == "newer")
      #expect(try FileManager.default.contentsOfDirectory(atPath: copy.url.path) == ["kept"])
    }
  }

  @Test("stays as it was where the disk is full or read-only, and nothing stays beside it", arguments: ["full", "ro"])
  func unwritable(_ kind: String) throws {
    let mount = folder.url.path + "/mount"
    try FileManager.default.createDirectory(atPath: mount, withIntermediateDirectories: true)
    // Where mounts are not allowed, nothing can be shown.
    guard try Command(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", mount]).status == 0 else { return }
    defer { _ = try? Command(["umount", "-l", mount]) }
    let file = DurableFile(path: mount + "/kept")
    try file.replace(with: Array("old".utf8))
    if kind == "ro" { #expect(try Command(["mount", "-o", "remount,ro", mount]).status == 0) }
    let fault = #expect(throws: FileFault.self) { try file.replace(with: [UInt8](repeating: 1, count: 64 << 10)) }
    #expect(fault == FileFault(.write, mount + "/kept.new", code: kind == "ro" ? EROFS : ENOSPC))
    #expect(fault?.description.hasPrefix("cannot write \(mount)/kept.new: ") == true)
    #expect(try String(contentsOfFile: mount + "/kept", encoding: .utf8) == "old")
    #expect(try FileManager.default.contentsOfDirectory(atPath: mount) == ["kept"])
  }

  @Test("takes the place of another, and goes")
  func moveAndRemove() throws {
    try folder.write("next", to: "next")
    try folder.write("current", to: "current")
    let (next, current) = (
      DurableFile(path: folder.url.path + "/next"), DurableFile(path: folder.url.path + "/current")
    )
    var seen: [DurableFile.Step] = []
    try next.move(over: current) { seen.append($0) }
    #expect(try folder.text("current") == "next")
    try current.remove { seen.append($0) }
    try current.remove()
    #expect(try names().isEmpty)
    #expect(seen == [.rename, .syncFolder, .unlink])
    #expect(throws: FileFault(.putInPlace, current.path, code: ENOENT)) { try next.move(over: current) }
    #expect(throws: FileFault(.remove, folder.url.path, code: EISDIR)) {
      try DurableFile(path: folder.url.path).remove()
    }
  }
}
