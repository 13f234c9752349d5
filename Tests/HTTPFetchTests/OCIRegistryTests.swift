import Foundation
import HTTPFetch
import TestSupport
import Testing

@Suite("Registry: an image by digest into a mirror's folder", .timeLimit(.minutes(5)))
struct OCIRegistryTests {
  let server: TestServer
  let folder: TemporaryFolder
  let images: [String: [String: String]]

  init() throws {
    server = try TestServer.shared.get()
    folder = try TemporaryFolder()
    let body = try TestServer.session().get(server.url("images", id: "images")).body
    images = try JSONDecoder().decode([String: [String: String]].self, from: Data(body))
  }

  func pull(
    _ repository: String, _ which: String = "index", platform: OCIPlatform = .linuxAMD64
  ) throws -> PulledImage {
    let name = try #require(OCIName(registry: server.host, repository: repository))
    let digest = try #require(images[repository]?[which].flatMap { ContentDigest($0) })
    return try OCIRegistry(TestServer.session { $0.retry = .once }).pull(
      name, digest: digest, platform: platform, into: folder.path)
  }

  /// What sha256sum(1) makes of a file.
  func sha256sum(_ path: String) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["sha256sum", path]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return "sha256:" + text.prefix(64)
  }

  @Test(
    "of an index only the platform's manifest, its config and its layers are kept, all under their digests",
    arguments: ["open/app", "team/app", "docker/app", "expiring/app"])
  func index(repository: String) throws {
    let image = try pull(repository)
    let types =
      repository == "docker/app"
      ? [
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
      ] : ["application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json"]
    #expect(image.manifests.map(\.mediaType) == types)
    #expect(image.manifests.map(\.digest.description) == [images[repository]?["index"], images[repository]?["amd64"]])
    #expect(image.blobs.count == 3)
    #expect(image.blobs.map(\.size).suffix(2) == [3000, 70000])
    let paths = image.manifests.map(\.path) + image.blobs.map(\.path)
    for path in paths {
      let digest = try #require(path.split(separator: "/").last)
      let sum = try sha256sum("\(folder.path)/\(path)")
      #expect(sum == digest)
    }
    #expect(image.manifests.allSatisfy { $0.path == "v2/\(repository)/manifests/\($0.digest)" })
    #expect(image.blobs.allSatisfy { $0.path == "v2/\(repository)/blobs/\($0.digest)" })
    let kept = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.contains("sha256:") }
    #expect(Set(kept) == Set(paths))
  }

  @Test("a manifest's own digest is enough, and another platform can be wanted")
  func manifest() throws {
    let arm = OCIPlatform(os: "linux", architecture: "arm64")
    #expect(try pull("open/app", "arm64", platform: arm).manifests.count == 1)
    #expect(try pull("open/app", platform: arm).manifests.last?.digest.description == images["open/app"]?["arm64"])
  }

  @Test("a second pull fetches nothing")
  func again() throws {
    _ = try pull("open/app")
    let image = try pull("open/app")
    #expect(image.blobs.allSatisfy { $0.wasPresent })
  }

  @Test("progress ends with the size of all blobs")
  func progress() throws {
    let name = try #require(OCIName(registry: server.host, repository: "open/app"))
    let digest = try #require(images["open/app"]?["index"].flatMap { ContentDigest($0) })
    var steps: [PullProgress] = []
    let image = try OCIRegistry(TestServer.session()).pull(name, digest: digest, into: folder.path) { steps.append($0) }
    let total = image.blobs.map(\.size).reduce(0, +)
    #expect(steps.last == PullProgress(blob: 3, blobCount: 3, received: total, total: total))
    #expect(steps.map(\.received) == steps.map(\.received).sorted())
  }

  @Test(
    "an image that is not what was asked for is refused, with the reason",
    arguments: [
      ("blob/app", "expected sha256:"), ("foreign/app", "status 404"),
      ("size/app", "70000 bytes, and the manifest says 70001"),
      ("digest/app", "is not sha256 or sha512"), ("both/app", "both at once"), ("schema1/app", "schema 1"),
      ("platform/app", "the image is for linux/riscv64, not for linux/amd64"), ("basic/app", "wants a login: Basic"),
    ])
  func refused(repository: String, words: String) throws {
    do {
      _ = try pull(repository)
      Issue.record("\(repository) was pulled")
    } catch let error as HTTPFetchError {
      #expect(error.description.contains(words))
    }
  }

  @Test("an index without the platform names those that it has")
  func otherPlatform() throws {
    do {
      _ = try pull("open/app", platform: OCIPlatform(os: "linux", architecture: "s390x"))
      Issue.record("there is no such image")
    } catch let error as HTTPFetchError {
      #expect(error.description.contains("no image for linux/s390x, only for: linux/amd64, linux/arm64"))
    }
  }

  @Test(
    "loopback registries are asked without TLS, all others with",
    arguments: [
      ("127.0.0.1:5000", "http://127.0.0.1:5000/v2/a/b"), ("127.9.9.9", "http://127.9.9.9/v2/a/b"),
      ("localhost:5000", "http://localhost:5000/v2/a/b"), ("[::1]:5000", "http://[::1]:5000/v2/a/b"),
      ("quay.io", "https://quay.io/v2/a/b"), ("128.0.0.1", "https://128.0.0.1/v2/a/b"),
      ("localhost.example", "https://localhost.example/v2/a/b"), ("127.example.com", "https://127.example.com/v2/a/b"),
      ("[::2]:5000", "https://[::2]:5000/v2/a/b"), ("docker.io", "https://registry-1.docker.io/v2/a/b"),
    ])
  func schemes(registry: String, root: String) {
    #expect(OCIName(registry: registry, repository: "a/b")?.apiRoot == root)
  }

  @Test(
    "a name that could leave its folder or its host is none",
    arguments: [
      ("quay.io", "../x"), ("quay.io", "a/../b"), ("quay.io", "a//b"), ("quay.io", "A/b"), ("quay.io", ""),
      ("quay.io", "a___b"), ("quay.io", "a/"), ("quay.io", "-a"), ("", "a"), ("quay.io/x", "a"), ("user@quay.io", "a"),
      ("quay.io:0", "a"), ("quay.io:99999", "a"), ("qu ay", "a"),
    ])
  func names(registry: String, repository: String) {
    #expect(OCIName(registry: registry, repository: repository) == nil)
  }

  @Test(
    "names with the separators of the specification are names", arguments: ["a", "a/b", "a-b/c--d", "a__b", "a.b_c"])
  func goodNames(repository: String) {
    #expect(OCIName(registry: "quay.io", repository: repository)?.repository == repository)
  }

  @Test("docker's official images live in library/")
  func official() {
    #expect(OCIName(registry: "docker.io", repository: "nginx")?.repository == "library/nginx")
  }
}
