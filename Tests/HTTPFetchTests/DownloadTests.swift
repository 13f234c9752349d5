import Foundation
import Glibc
import HTTPFetch
import Synchronization
import TestSupport
import Testing

@Suite("Downloads: verified before they are believed", .timeLimit(.minutes(5)))
struct DownloadTests {
  let server: TestServer
  let folder: TemporaryFolder
  let id = UUID().uuidString

  init() throws {
    server = try TestServer.shared.get()
    folder = try TemporaryFolder()
  }

  func request(
    _ path: String, expecting digest: ContentDigest, resume: Bool = true, limit: Int64? = nil
  ) -> DownloadRequest {
    DownloadRequest(
      server.url(path, id: id), to: "\(folder.path)/file", expecting: digest, resume: resume, limit: limit)
  }

  @Test("a FIFO where the file shall be is replaced, and one where its bytes are kept until then is an error")
  func fifo() throws {
    let folder = try TemporaryFolder()
    let request = DownloadRequest(
      server.url("content/10", id: id), to: "\(folder.path)/file", expecting: try server.digest(ofContent: 10))
    try #require(mkfifo(request.path, 0o600) == 0)
    #expect(try TestServer.session().download(request).size == 10)
    #expect(folder.bytes("file") == TestServer.content(10))
    try FileManager.default.removeItem(atPath: request.path)
    try #require(mkfifo(request.partialPath, 0o600) == 0)
    #expect(throws: HTTPFetchError.file(path: request.partialPath, operation: "read", code: EAGAIN)) {
      try TestServer.session().download(request)
    }
  }

  @Test("a content of any length arrives whole under its name and leaves nothing else", arguments: [0, 1, 70_000])
  func arrives(size: Int) throws {
    for algorithm in ContentDigest.Algorithm.allCases {
      let folder = try TemporaryFolder()
      defer { withExtendedLifetime(folder) {} }
      let digest = try server.digest(algorithm, ofContent: size)
      let download = try TestServer.session().download(
        DownloadRequest(server.url("content/\(size)", id: id), to: "\(folder.path)/file", expecting: digest))
      #expect(download == Download(size: Int64(size), transferred: Int64(size), wasPresent: false))
      #expect(folder.bytes("file") == TestServer.content(size))
      #expect(folder.names == ["file"])
    }
  }

  @Test("a file that is there with the right hash is not fetched again")
  func present() throws {
    try folder.write(TestServer.content(500), to: "file")
    let download = try TestServer.session().download(
      request("content/500", expecting: server.digest(ofContent: 500)))
    #expect(download.wasPresent)
    #expect(try server.requests(id: id).isEmpty)
  }

  @Test("a file that is there with another hash is replaced")
  func replaced() throws {
    try folder.write([1, 2, 3], to: "file")
    try TestServer.session().download(request("content/500", expecting: server.digest(ofContent: 500)))
    #expect(folder.bytes("file") == TestServer.content(500))
  }

  @Test("a content with another hash is refused, and neither it nor a part of it stays")
  func wrongHash() throws {
    let expected = try server.digest(ofContent: 499)
    let request = request("content/500", expecting: expected)
    let actual = try server.digest(ofContent: 500)
    #expect(throws: HTTPFetchError.digestMismatch(url: request.url, expected: expected, actual: actual)) {
      try TestServer.session().download(request)
    }
    #expect(folder.names.isEmpty)
  }

  @Test("what an earlier run left is hashed again and only the rest is asked for")
  func resumes() throws {
    try folder.write(Array(TestServer.content(70_000)[..<30_000]), to: "file.partial")
    let download = try TestServer.session().download(
      request("content/70000", expecting: server.digest(ofContent: 70_000)))
    #expect(download == Download(size: 70_000, transferred: 40_000, wasPresent: false))
    #expect(folder.bytes("file") == TestServer.content(70_000))
    #expect(folder.names == ["file"])
    #expect(try server.requests(id: id).map(\.range) == ["bytes=30000-"])
  }

  @Test("a run that was killed after the last byte ends without a request")
  func killedBeforeRename() throws {
    try folder.write(TestServer.content(500), to: "file.partial")
    let download = try TestServer.session().download(
      request("content/500", expecting: server.digest(ofContent: 500)))
    #expect(download.transferred == 0)
    #expect(folder.names == ["file"])
    #expect(try server.requests(id: id).isEmpty)
  }

  @Test("with resume off, what an earlier run left is not used")
  func noResume() throws {
    try folder.write(Array(TestServer.content(500)[..<300]), to: "file.partial")
    try TestServer.session().download(
      request("content/500", expecting: server.digest(ofContent: 500), resume: false))
    #expect(folder.bytes("file") == TestServer.content(500))
    #expect(try server.requests(id: id).map(\.range) == [""])
  }

  @Test("damaged bytes of an earlier run cost one fetch from the start")
  func damagedPartial() throws {
    try folder.write([9, 9, 9], to: "file.partial")
    try TestServer.session().download(request("content/500", expecting: server.digest(ofContent: 500)))
    #expect(folder.bytes("file") == TestServer.content(500))
    #expect(try server.requests(id: id).map(\.range) == ["bytes=3-", ""])
  }

  @Test(
    "a server that knows no ranges, answers the wrong one or 416 is asked for the whole",
    arguments: [("norange/500", 1), ("wrongrange/500", 2), ("unsatisfiable/500", 2)])
  func noRanges(path: String, requests: Int) throws {
    try folder.write(Array(TestServer.content(500)[..<300]), to: "file.partial")
    let download = try TestServer.session().download(
      request(path, expecting: server.digest(ofContent: 500)))
    #expect(download.transferred == 500)
    #expect(folder.bytes("file") == TestServer.content(500))
    #expect(try server.requests(id: id).count == requests)
  }

  @Test("a partial that is longer than the content starts over after 416")
  func partialTooLong() throws {
    try folder.write(TestServer.content(600), to: "file.partial")
    try TestServer.session().download(request("content/500", expecting: server.digest(ofContent: 500)))
    #expect(folder.bytes("file") == TestServer.content(500))
    #expect(try server.requests(id: id).map(\.range) == ["bytes=600-", ""])
  }

  @Test("a body that is cut off is continued where it ended, on condition that it is still the same")
  func truncated() throws {
    let download = try TestServer.session().download(
      request("truncated/70000/40000", expecting: server.digest(ofContent: 70_000)))
    #expect(download == Download(size: 70_000, transferred: 30_000, wasPresent: false))
    let requests = try server.requests(id: id)
    #expect(requests.map(\.range) == ["", "bytes=40000-"])
    #expect(requests.map(\.ifRange) == ["", "\"v1\""])
    #expect(folder.bytes("file") == TestServer.content(70_000))
  }

  @Test("a body that is cut off stays as a partial when there is no further attempt")
  func truncatedForGood() throws {
    let request = request("truncated/70000/40000", expecting: try server.digest(ofContent: 70_000))
    #expect(throws: HTTPFetchError.truncated(url: request.url, received: 40_000)) {
      try TestServer.session { $0.retry = .once }.download(request)
    }
    #expect(folder.bytes("file.partial") == Array(TestServer.content(70_000)[..<40_000]))
    #expect(folder.names == ["file.partial"])
  }

  @Test("a content that changed between two attempts is fetched whole")
  func changed() throws {
    try TestServer.session().download(
      request("changed/70000/40000", expecting: server.digest(ofContent: 70_000)))
    #expect(folder.bytes("file") == TestServer.content(70_000))
    #expect(try server.requests(id: id).map(\.ifRange) == ["", "\"old\""])
  }

  @Test(
    "a content that is too long is refused by its length, or where it has none while it comes",
    arguments: ["content/70000", "chunked/70000"])
  func tooLong(path: String) throws {
    let request = request(path, expecting: try server.digest(ofContent: 70_000), limit: 60_000)
    #expect(throws: HTTPFetchError.tooLong(url: request.url, limit: 60_000)) {
      try TestServer.session().download(request)
    }
    #expect(folder.names.isEmpty)
  }

  @Test("a content as long as the limit is not too long")
  func asLongAsTheLimit() throws {
    try TestServer.session().download(
      request("chunked/70000", expecting: server.digest(ofContent: 70_000), limit: 70_000))
    #expect(folder.bytes("file") == TestServer.content(70_000))
  }

  @Test(
    "transient failures are tried again: 5xx, 408, 429 and reset connections",
    arguments: ["flaky/3/500/500", "flaky/1/503/500", "flaky/1/408/500", "flaky/1/429/500", "reset/2/500"])
  func transient(path: String) throws {
    try TestServer.session().download(request(path, expecting: server.digest(ofContent: 500)))
    #expect(folder.bytes("file") == TestServer.content(500))
  }

  @Test("other statuses end it at once, with the server's words", arguments: [400, 403, 404, 410])
  func permanent(code: Int) throws {
    let request = request("status/\(code)", expecting: try server.digest(ofContent: 0))
    let detail = "the server's own words about it"
    #expect(throws: HTTPFetchError.status(url: request.url, code: code, detail: detail)) {
      try TestServer.session().download(request)
    }
    #expect(try server.requests(id: id).count == 1)
    #expect(folder.names.isEmpty)
  }

  @Test("a download follows a redirect, keeps its range over it, and ends in a loop of them")
  func redirects() throws {
    try folder.write(Array(TestServer.content(500)[..<300]), to: "file.partial")
    let redirect = "redirect?to=%2Fcontent%2F500%3Fid%3D\(id)"
    let download = try TestServer.session().download(request(redirect, expecting: server.digest(ofContent: 500)))
    #expect(download.transferred == 200)
    #expect(try server.requests(id: id).map(\.range) == ["bytes=300-", "bytes=300-"])
    let loop = DownloadRequest(
      server.url("loop", id: id), to: "\(folder.path)/other", expecting: try server.digest(ofContent: 500))
    #expect(throws: HTTPFetchError.tooManyRedirects(url: loop.url, limit: 10)) {
      try TestServer.session().download(loop)
    }
  }

  @Test("401 names the challenge")
  func unauthorized() throws {
    let request = request("status/401", expecting: try server.digest(ofContent: 0))
    #expect(throws: HTTPFetchError.unauthorized(url: request.url, challenge: "")) {
      try TestServer.session().download(request)
    }
  }

  @Test("a server that never gets to the end is given up, however far it gets each time")
  func cutOffAgainAndAgain() throws {
    let request = request("cutoff/3000000/2500000", expecting: try server.digest(ofContent: 0))
    #expect(throws: HTTPFetchError.truncated(url: request.url, received: 2_500_000)) {
      try TestServer.session().download(request)
    }
    #expect(try server.requests(id: id).count <= 6)
  }

  @Test("an error page of any length leaves what an earlier run left", arguments: [404, 503])
  func longErrorPage(code: Int) throws {
    let part = Array(TestServer.content(500)[..<300])
    try folder.write(part, to: "file.partial")
    let request = request("errorpage/\(code)/1000000", expecting: try server.digest(ofContent: 500))
    do {
      _ = try TestServer.session().download(request)
      Issue.record("an error page was taken for the content")
    } catch HTTPFetchError.status(_, let answered, let detail) {
      #expect(answered == code)
      #expect(detail.hasPrefix("an error, at length an error, at length") && detail.count == 201)
    }
    #expect(folder.bytes("file.partial") == part)
  }

  @Test("an error page never gets into the partial")
  func errorPage() throws {
    let part = Array(TestServer.content(500)[..<300])
    try folder.write(part, to: "file.partial")
    #expect(throws: HTTPFetchError.self) {
      try TestServer.session().download(request("status/500", expecting: server.digest(ofContent: 500)))
    }
    #expect(folder.bytes("file.partial") == part)
    #expect(try server.requests(id: id).count == 5)
  }

  @Test("two processes never write into one file")
  func busy() throws {
    try folder.write([], to: "file.partial")
    let descriptor = open("\(folder.path)/file.partial", O_RDWR)
    defer { close(descriptor) }
    try #require(flock(descriptor, LOCK_EX) == 0)
    #expect(throws: HTTPFetchError.busy(path: "\(folder.path)/file.partial")) {
      try TestServer.session().download(request("content/500", expecting: server.digest(ofContent: 500)))
    }
  }

  @Test("a partial that is a symbolic link is not written through")
  func link() throws {
    try folder.write([1], to: "victim")
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.path)/file.partial", withDestinationPath: "\(folder.path)/victim")
    let path = "\(folder.path)/file.partial"
    #expect(throws: HTTPFetchError.file(path: path, operation: "create", code: ELOOP)) {
      try TestServer.session().download(request("content/500", expecting: server.digest(ofContent: 500)))
    }
    #expect(folder.bytes("victim") == [1])
  }

  @Test("a missing folder is named")
  func missingFolder() throws {
    let path = "\(folder.path)/absent/file"
    let digest = try server.digest(ofContent: 500)
    #expect(throws: HTTPFetchError.file(path: path + ".partial", operation: "create", code: ENOENT)) {
      try TestServer.session().download(DownloadRequest(server.url("content/500", id: id), to: path, expecting: digest))
    }
  }

  @Test(
    "a full disk is said, keeps what fitted, and the download goes on when there is room",
    .enabled(if: SmallDisk.isPossible, "mounting needs the right to"))
  func fullDisk() throws {
    let disk = try #require(SmallDisk(at: "\(folder.path)/disk", kibibytes: 64))
    defer { withExtendedLifetime(disk) {} }
    let digest = try server.digest(ofContent: 100_000)
    let request = DownloadRequest(server.url("content/100000", id: id), to: "\(disk.path)/file", expecting: digest)
    #expect(throws: HTTPFetchError.file(path: request.partialPath, operation: "write", code: ENOSPC)) {
      try TestServer.session().download(request)
    }
    let kept = try #require(FileManager.default.contents(atPath: request.partialPath))
    #expect(Array(kept) == Array(TestServer.content(100_000)[..<65_536]))
    #expect(disk.grow(kibibytes: 512))
    let download = try TestServer.session().download(request)
    #expect(download.transferred == 100_000 - 65_536)
    #expect(FileManager.default.contents(atPath: request.path).map { Array($0) } == TestServer.content(100_000))
  }

  @Test("progress counts what was there, knows the total and ends with it")
  func progress() throws {
    try folder.write(Array(TestServer.content(70_000)[..<30_000]), to: "file.partial")
    var steps: [DownloadProgress] = []
    try TestServer.session().download(request("content/70000", expecting: server.digest(ofContent: 70_000))) {
      steps.append($0)
    }
    #expect(steps.allSatisfy { $0.total == 70_000 && $0.received > 30_000 })
    #expect(steps.last?.received == 70_000)
  }
}

/// A file system in memory, mounted for as long as this object lives.
private final class SmallDisk {
  /// Whether this process may mount.
  static let isPossible: Bool = {
    guard let folder = try? TemporaryFolder() else { return false }
    return withExtendedLifetime(folder) { SmallDisk(at: "\(folder.path)/disk", kibibytes: 4) != nil }
  }()

  let path: String

  init?(at path: String, kibibytes: Int) {
    self.path = path
    mkdir(path, 0o700)
    guard mount("none", path, "tmpfs", 0, "size=\(kibibytes)k") == 0 else { return nil }
  }

  func grow(kibibytes: Int) -> Bool {
    mount("none", path, "tmpfs", UInt(MS_REMOUNT), "size=\(kibibytes)k") == 0
  }

  deinit { umount(path) }
}
